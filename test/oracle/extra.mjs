/**
 * Scenarios of our own, for what the oracle's corpus does not reach: each is there because a rule of model.ts would
 * otherwise never be seen at work. refresh.mjs asks the real h11 about them like about all others.
 */

const head = (...lines) => `${lines.join("\r\n")}\r\n\r\n`;
const get = (...fields) => head("GET / HTTP/1.1", "Host: a", ...fields);
const chunked = get("Transfer-Encoding: chunked");
const request = { type: "Request", method: "GET", target: "/", headers: [["Host", "a"]] };
const end = { type: "EndOfMessage" };
const response = (status, headers = [], reason = "") => ({ type: "Response", status_code: status, headers, reason });

/** A server's input, whole and octet by octet, answered, then the end of the input: as the oracle's `srv`. */
const server = (data, fields = {}) =>
  [
    ["feed", data],
    ["feed_each", data, 1],
  ].map((input) => ({
    role: "server",
    ops: [input, ["respond"], ["drain"], ["recv", ""], ["drain"]],
    ...fields,
  }));

/** A client's input after one request, as the oracle's `cli`. */
const client = (data, sent = request, fields = {}) =>
  [
    ["feed", data],
    ["feed_each", data, 1],
  ].map((input) => ({
    role: "client",
    ops: [["send", sent], ["send", end], input, ["drain"], ["recv", ""], ["drain"]],
    ...fields,
  }));

const answer = (...lines) => head("HTTP/1.1 200 OK", ...lines);
const feed = (data) => ["feed", data];
const send = (event) => ["send", event];
const post = { ...request, method: "POST" };
const withFields = (event, ...headers) => ({ ...event, headers: [["Host", "a"], ...headers] });

const one204 = head("HTTP/1.1 204 N");

const scenarios = [];

// Limits: each just kept and just passed.
for (const length of [16384, 16385, 17000])
  scenarios.push(...server(head(`GET /${"x".repeat(length - 1)} HTTP/1.1`, "Host: a")));
for (const count of [255, 256]) scenarios.push(...server(get(...Array(count).fill("A: b"))));
for (const limit of [38, 37, 20]) scenarios.push(...server(get("A: 0123456"), { max_incomplete_event_size: limit }));
for (const name of ["a".repeat(57), "a".repeat(56), "a\0".repeat(40)]) {
  scenarios.push(...server(`${chunked}5;${name}\r\nhello\r\n0\r\n\r\n`, { max_incomplete_event_size: 60 }));
}
for (const value of ["b".repeat(53), "b".repeat(54), "\0".repeat(60)]) {
  scenarios.push(...server(`${chunked}0\r\nA: ${value}\r\n\r\n`, { max_incomplete_event_size: 60 }));
}
for (const size of [4096, 4097]) scenarios.push(...server(`${chunked}5;${"x".repeat(size - 1)}\r\nhello\r\n0\r\n\r\n`));
scenarios.push(...server(`${chunked}${`5;${"x".repeat(4000)}\r\nhello\r\n`.repeat(5)}0\r\n\r\n`));
scenarios.push(...server(`${chunked}${"0".repeat(15)}5\r\nhello\r\n${"0".repeat(17)}\r\n\r\n`));
for (const count of [32, 33])
  scenarios.push(...client(`${head("HTTP/1.1 103 E").repeat(count)}${answer("Content-Length: 0")}`));

// Heads.
for (const first of ["\r\n", "\r\n\r", "\r\r\n", "\r\n\r\n", "\n\r\n"])
  scenarios.push(...server(first), ...server(first + get()));
for (const line of [
  "GE\rT / HTTP/1.1",
  "GET /\r\rHTTP/1.1",
  "GET / HTTP/1.1\r",
  "GET /\n HTTP/1.1",
  "GET / HTTP/1.1\nA: b",
]) {
  scenarios.push(...server(head(line, "Host: a")));
}
for (const part of [
  "GET / HTTP/1.1\r",
  "GE(T",
  "GET / HTTP/1.1\r\nHo(st",
  "GET / HTTP/1.1\r\nHost: a\r\n\r",
  "GET /\0",
]) {
  scenarios.push(...server(part));
}
for (const host of [
  "[::1]",
  "[::1]:80",
  "[1:2:3:4:5:6:7:8]",
  "[1::1.2.3.4]",
  "[v1.a:b]",
  "[::1",
  "[::g]",
  "[::01.2.3.4]",
  "[::256.1.1.1]",
  "[::1.2.3]",
  "[1.2.3.4]",
  "[1:2:3:4:5:6:7::]",
  "[1:2:3:4:5:6:7:8::]",
  "[:::]",
  "[::1::2]",
  "[12345::]",
  "[::ffff:1.2.3.4]:80",
  "[]",
  "[::1]x",
  "[v.a]",
  "[vG.a]",
  "[v1.]",
  "[V1F.~!]:",
  "[v1.Q]",
  "[::%25eth0]",
  "a:80:90",
  "a,b",
  "%4",
  "[1:2]",
  "a:",
  "a:8x",
  "%41",
  "%4g",
]) {
  scenarios.push(...server(head("GET / HTTP/1.1", `Host: ${host}`)));
}
for (const target of ["a:0", "a:65535", "a:65536", "a:", "a", ":1", "[::1]:443", "[::1]", "a@b:1", "/"]) {
  scenarios.push(...server(head(`CONNECT ${target} HTTP/1.1`, "Host: a")));
}
scenarios.push(
  ...server(head("GET / HTTP/1.1", "Host: a b", "Host: a")),
  ...server(head("GET / HTTP/1.0", "Host: a b")),
);
for (const reason of ["a\x01b", "a\x7f", "a\xff", "\t"])
  scenarios.push(...client(head(`HTTP/1.1 200 ${reason}`, "Content-Length: 0")));
for (const folded of [
  "A: b\r\n c",
  "A: b  \r\n \t c \r\n\td",
  "A:\r\n b",
  "A: b\r\n \r\n c",
  "A: b\r\n\0",
  "Content-Length:\r\n 0",
]) {
  scenarios.push(...client(answer(folded, "Connection: close")));
}
scenarios.push(
  ...client(answer(" A: b")),
  ...client(answer("A: b\x01")),
  ...client("X"),
  ...client("HTTP/1.1 200 OK\nA: b\n\n"),
);

// Framing.
for (const value of ["5, 5", "5,6", "5, x", "5,", "9007199254740991", "9007199254740992", "x"]) {
  scenarios.push(...client(`${answer(`Content-Length: ${value}`)}hello`));
}
for (const value of ["gzip", "gzip, chunked", "chunked, gzip", ",chunked", "gzip,,chunked", ""]) {
  scenarios.push(...client(`${answer(`Transfer-Encoding: ${value}`)}0\r\n\r\n`));
}
const both = ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"];
scenarios.push(...server(`${get(...both)}0\r\n\r\n`), ...server(`${get(...both.toReversed())}0\r\n\r\n`));
for (const length of ["5", "x", "5, 6"]) {
  const fields = ["Transfer-Encoding: chunked", `Content-Length: ${length}`];
  scenarios.push(...client(`${answer(...fields)}0\r\n\r\n`), ...server(`${get(...fields)}0\r\n\r\n`));
  scenarios.push(...client(`${answer(...fields)}0\r\n\r\n${answer("Content-Length: 0")}`));
}
for (const status of ["204 N", "304 N", "103 E"]) {
  for (const field of ["Content-Length: x", "Transfer-Encoding: gzip", "Content-Length: 5, 6"]) {
    scenarios.push(...client(`${head(`HTTP/1.1 ${status}`, field)}${answer("Content-Length: 0")}`));
  }
}
scenarios.push(...client(answer("Transfer-Encoding: x"), { ...request, method: "HEAD" }));
scenarios.push(...client(answer("Content-Length: x"), { ...request, method: "CONNECT", target: "a:1" }));
scenarios.push(
  ...server(`${get("Transfer-Encoding: x", "Host: b")}0\r\n\r\n`),
  ...server(head("GET / HTTP/3.0", "Transfer-Encoding: x")),
);
scenarios.push(...server(`${head("POST / HTTP/1.0", "Transfer-Encoding: x")}0\r\n\r\n`));

// A trailer section that begins with a CR that is bare: known with the next octet, at every split.
scenarios.push(...server(`${chunked}0\r\n\rX`), ...client(`${answer("Transfer-Encoding: chunked")}0\r\n\rX`));

// Trailers: the forbidden and some of the others.
for (const field of [
  "Cookie: a",
  "set-COOKIE: a",
  "Expires: x",
  "X-Checksum: y",
  "Connection: close",
  "Upgrade: x",
  "Content-Type: t",
  "TE: t",
]) {
  scenarios.push(...server(`${chunked}0\r\n${field}\r\nA: b\r\n\r\n`));
  scenarios.push({
    role: "server",
    ops: [feed(get()), send(response(200)), send({ ...end, headers: [[field.split(":")[0], "v"]] }), send(end)],
  });
}
scenarios.push(...client(`${answer("Transfer-Encoding: chunked")}0\r\nA: b\r\n c\r\nHost: x\r\n y\r\n\r\n`));

// HTTP/1.0 that is kept alive, and not.
const old = (method, ...fields) => head(`${method} / HTTP/1.0`, ...fields);
for (const asked of [
  ["Connection: keep-alive"],
  ["Connection: Keep-Alive, x"],
  ["Connection: keep-alive, close"],
  [],
]) {
  for (const headers of [
    [],
    [["Content-Length", "0"]],
    [
      ["Connection", "x"],
      ["Content-Length", "0"],
    ],
    [
      ["Connection", "close"],
      ["Content-Length", "0"],
    ],
    [
      ["connection", "Keep-Alive"],
      ["Content-Length", "0"],
    ],
  ]) {
    for (const method of ["GET", "HEAD"]) {
      const once = [send(response(200, headers)), send(end), ["start_next_cycle"]];
      scenarios.push({
        role: "server",
        ops: [feed(old(method, ...asked) + old(method, ...asked)), ...once, ["drain"], ...once, ["state"]],
      });
    }
  }
}
// The second request of such a connection is faulty, or not there yet, when it is answered.
for (const second of ["garbage\r\n\r\n", ""]) {
  const ops = [send(response(200, [["Content-Length", "0"]])), send(end)];
  const input = old("GET", "Connection: keep-alive") + second;
  scenarios.push({ role: "server", ops: [feed(input), ...ops, ["start_next_cycle"], ["drain"], ...ops, ["state"]] });
}
scenarios.push(...client(`${head("HTTP/1.0 200 OK", "Connection: keep-alive", "Content-Length: 0")}X`));
scenarios.push(...server(`${old("POST", "Connection: keep-alive", "Content-Length: 2")}hi${get()}`));
for (const headers of [
  [],
  [["Transfer-Encoding", "chunked"]],
  [
    ["Connection", "a"],
    ["connection", "B, Keep-Alive"],
  ],
  [
    ["Connection", "keep-alive"],
    ["Connection", "x"],
  ],
  [["Connection", "a, Close"]],
]) {
  scenarios.push({
    role: "server",
    ops: [feed(get("Connection: close")), send(response(200, headers)), send(end), ["state"]],
  });
}

// Upgrade and CONNECT.
for (const fields of [
  ["Upgrade: x"],
  ["Upgrade: x", "Connection: x, UPGRADE"],
  ["Upgrade: x", "Connection: upgrade, close"],
]) {
  for (const version of ["1.1", "1.0"]) {
    for (const status of [101, 200]) {
      const type = status === 101 ? "InformationalResponse" : "Response";
      scenarios.push({
        role: "server",
        ops: [
          feed(`${head(`GET / HTTP/${version}`, "Host: a", ...fields)}raw`),
          send({ type, status_code: status, headers: [["Content-Length", "0"]] }),
          ["drain"],
          send(end),
          ["trailing_data"],
          ["recv", "more"],
          ["trailing_data"],
          ["state"],
        ],
      });
    }
  }
}
for (const status of [200, 204, 404]) {
  scenarios.push({
    role: "server",
    ops: [
      feed(`${head("CONNECT a:1 HTTP/1.1", "Host: a")}raw`),
      send(
        response(status, [
          ["Content-Length", "0"],
          ["Transfer-Encoding", "chunked"],
        ]),
      ),
      send(response(status, [["Content-Length", "0"]])),
      send(end),
      ["drain"],
      ["trailing_data"],
    ],
  });
}

// Expectations.
const expecting = head("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 3");
const give = (status) => send(status < 200 ? { type: "InformationalResponse", status_code: status } : response(status));
for (const statuses of [[417], [100, 417], [103, 417], [103, 100, 417]]) {
  const ops = [...statuses.map(give), send(end), ["state"]];
  for (const after of [[["recv", ""]], [feed("a"), ["recv", ""]], [feed("abc"), ["recv", ""]]]) {
    scenarios.push({ role: "server", ops: [feed(expecting), ...ops, ...after, ["drain"], ["state"]] });
  }
}
scenarios.push({ role: "server", ops: [feed(`${expecting}a`), give(417), ["recv", ""], ["drain"]] });
scenarios.push({ role: "server", ops: [feed(expecting), ["recv", ""], ["drain"]] });
scenarios.push({
  role: "client",
  ops: [
    send(withFields(post, ["Expect", "100-continue"], ["Content-Length", "3"])),
    feed(head("HTTP/1.1 100 C")),
    send({ type: "Data", data: "abc" }),
    send(end),
    ["state"],
  ],
});

// Responses nobody asked for.
for (const unsolicited of [
  head("HTTP/1.1 408 T", "Connection: close"),
  head("HTTP/1.0 408 T"),
  head("HTTP/1.1 408 T"),
  answer("Content-Length: 0"),
  head("HTTP/1.1 103 E"),
  "H",
  "X",
  "\r\n",
]) {
  scenarios.push({ role: "client", ops: [feed(unsolicited), ["recv", ""], ["drain"]] });
  scenarios.push({ role: "client", ops: [["feed_each", unsolicited, 1], ["recv", ""], ["drain"]] });
  scenarios.push({ role: "client", ops: [["recv", unsolicited], send(request), send(end), ["drain"]] });
  const first = answer("Content-Length: 0");
  scenarios.push({
    role: "client",
    ops: [send(request), send(end), feed(first + unsolicited), ["start_next_cycle"], ["drain"]],
  });
  scenarios.push({
    role: "client",
    ops: [send(request), send(end), feed(first + unsolicited), ["start_next_cycle"], send(request), ["drain"]],
  });
}

// Sending what must not be sent.
for (const reason of ["a\r\nb", "a\x01", "a\tb\xff"])
  scenarios.push({ role: "server", ops: [feed(get()), send(response(200, [], reason)), send(end)] });
for (const headers of [
  [["A", "b\x01"]],
  [["Content-Length", "9007199254740992"]],
  [
    ["Content-Length", "1"],
    ["Transfer-Encoding", "chunked"],
  ],
  [["Transfer-Encoding", "CHUNKED"]],
  [["Content-Length", "1, 1"]],
  [["Expect", "100-continue"]],
]) {
  scenarios.push({
    role: "client",
    ops: [send(withFields(post, ...headers)), send({ type: "Data", data: "a" }), send(end), ["state"]],
  });
  scenarios.push({
    role: "server",
    ops: [feed(get()), send(response(200, headers)), send({ type: "Data", data: "a" }), send(end), ["state"]],
  });
}
for (const host of ["a b", "", "[::1]:1", "a/"])
  scenarios.push({ role: "client", ops: [send({ ...request, headers: [["Host", host]] }), ["state"]] });
for (const target of ["a:1", "/", "a"])
  scenarios.push({ role: "client", ops: [send({ ...request, method: "CONNECT", target }), ["state"]] });
scenarios.push({
  role: "server",
  ops: [
    feed(get()),
    send(response(200, [["Content-Length", "3"]])),
    send({ type: "Data", data: "abcd" }),
    send({ type: "Data", data: "ab" }),
    send(end),
    send({ type: "Data", data: "c" }),
    send({ ...end, headers: [["A", "b"]] }),
    send(end),
    ["start_next_cycle"],
  ],
});
scenarios.push({
  role: "server",
  ops: [
    send({ type: "InformationalResponse", status_code: 103, headers: [["Content-Length", "1"]] }),
    feed(get()),
    send({
      type: "InformationalResponse",
      status_code: 103,
      headers: [
        ["Content-Length", "1"],
        ["A", "b"],
      ],
    }),
    ["respond"],
  ],
});

// A response before the request, and then the request; fields that no body needs are checked all the same.
for (const ops of [[], [send(end)]]) {
  for (const headers of [[], [["Content-Length", "0"]]]) {
    scenarios.push({
      role: "server",
      ops: [send(response(408, headers)), ...ops, feed(get()), ["recv", ""], ["drain"], ["state"]],
    });
  }
}
for (const status of [204, 304, 200]) {
  for (const field of [
    ["Content-Length", "x"],
    ["Transfer-Encoding", "gzip"],
    ["Content-Length", "5, 5"],
  ]) {
    scenarios.push({ role: "server", ops: [feed(get()), send(response(status, [field])), send(end), ["state"]] });
  }
}
scenarios.push({
  role: "client",
  ops: [
    send(request),
    send(end),
    feed(one204),
    send(request),
    send(end),
    ["start_next_cycle"],
    feed(one204),
    ["state"],
  ],
});
scenarios.push({
  role: "server",
  ops: [feed(get("A: b\r", "C: d").slice(0, 50)), ["drain"]],
  max_incomplete_event_size: 30,
});

// After the end, and after failures.
scenarios.push({
  role: "server",
  ops: [["send_failed"], feed(`\r\n${get()}`), send(response(200)), ["drain"], ["state"]],
});
scenarios.push({
  role: "server",
  ops: [["recv", get() + get()], ["drain"], ["respond"], ["respond"], ["drain"], ["recv", ""], ["drain"]],
});
scenarios.push({
  role: "server",
  ops: [["feed_each", `${chunked} 5\r\nhello`, 3], ["next"], ["recv", ""], ["drain"], ["drain"]],
});
scenarios.push({
  role: "server",
  ops: [
    feed(`${get("Connection: close")}X`),
    ["recv", "Y"],
    ["drain"],
    ["respond"],
    ["recv", ""],
    ["drain"],
    ["drain"],
  ],
});
scenarios.push({ role: "server", ops: [feed("X:\r\n\r\n"), ["recv", "Y"], ["drain"], ["recv", ""], ["drain"]] });
scenarios.push({
  role: "server",
  ops: [feed(get()), ["send_failed"], ["send_failed"], feed(get()), send(end), ["recv", ""], ["drain"]],
});
scenarios.push({
  role: "server",
  ops: [
    feed(get() + get()),
    send({ type: "ConnectionClosed" }),
    send(response(200)),
    send(end),
    send({ type: "ConnectionClosed" }),
    ["drain"],
    ["recv", ""],
    ["drain"],
  ],
});
scenarios.push({
  role: "client",
  ops: [send({ type: "ConnectionClosed" }), send(request), feed(answer("Content-Length: 0")), ["recv", ""], ["drain"]],
});

// Pipelined requests.
const two = [send(request), send(end), send(request), send(end)];
const one = answer("Content-Length: 1");
scenarios.push({
  role: "client",
  ops: [...two, feed(`${one}a${one}b`), ["start_next_cycle"], ["drain"], ["start_next_cycle"], ["state"]],
});
scenarios.push({
  role: "client",
  ops: [...two, feed(`${one}a`), ["recv", ""], ["drain"], ["start_next_cycle"], ["drain"]],
});
scenarios.push({
  role: "client",
  ops: [
    ...two,
    feed(`${answer("Content-Length: 1", "Connection: close")}a${one}b`),
    ["drain"],
    ["start_next_cycle"],
    ["recv", ""],
    ["drain"],
  ],
});
scenarios.push({
  role: "client",
  ops: [
    send(request),
    send(end),
    send(withFields(post, ["Content-Length", "2"])),
    feed(`${one}a`),
    ["start_next_cycle"],
    feed(one),
    ["drain"],
    send({ type: "Data", data: "ab" }),
    send(end),
    feed("b"),
    ["start_next_cycle"],
    ["state"],
  ],
});
scenarios.push({
  role: "client",
  ops: [send(withFields(request, ["Connection", "close"])), send(end), send(request), ["state"]],
});
scenarios.push({
  role: "client",
  ops: [send(withFields(request, ["Upgrade", "x"], ["Connection", "upgrade"])), send(end), send(request), ["state"]],
});
scenarios.push({ role: "client", ops: [...Array(17).fill(two.slice(0, 2)).flat(), ["state"]] });
scenarios.push({
  role: "client",
  ops: [
    ...two,
    feed(head("HTTP/1.1 204 N")),
    ["start_next_cycle"],
    ["start_next_cycle"],
    feed(answer()),
    feed("x"),
    ["recv", ""],
    ["drain"],
  ],
});

export const extra = scenarios;
