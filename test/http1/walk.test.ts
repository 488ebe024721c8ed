// The machine walked: every operation in every joint state that can be reached, on the tables, on `Exchange`, and on real
// connections of both roles; compared edge by edge with the walk of the real h11's ConnectionState (h11-walk.txt, made
// by refresh-walk.mjs). Each deviation is named in a table, and must occur.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Exchange, ON, stateName } from "../../src/http1/exchange.ts";
import {
  Http1Connection,
  type Http1Send,
  LocalProtocolError,
  RemoteProtocolError,
  type Role,
} from "../../src/http1/index.ts";
import { joint as jointNumber } from "../../src/http1/joint.ts";
import { ON_EVENT, ON_STATE, STATES, type State, TRIGGERS, type Trigger } from "../../src/http1/states.ts";
import { octets, stateOf } from "./helpers.ts";

// --- h11's walk -------------------------------------------------------------------------------------------------------

/** A joint state: client and server (a letter each), keep-alive (+ or -), proposals pending (0, u, c, b for both). */
type Code = string;
/** What becomes of it: another, "!" (refused), or "x" (h11 itself breaks down). */
type Edge = Code;

const LETTERS: Record<string, State> = {
  I: "idle",
  R: "send-response",
  B: "send-body",
  D: "done",
  M: "must-close",
  C: "closed",
  E: "error",
  P: "might-switch-protocol",
  S: "switched-protocol",
};
const letterOf = (state: State) => Object.keys(LETTERS).find((letter) => LETTERS[letter] === state) as string;
const clientOf = (code: Code) => LETTERS[code.charAt(0)] as State;
const serverOf = (code: Code) => LETTERS[code.charAt(1)] as State;
const START: Code = "II+0";

const [header = "", ...rows] = readFileSync(new URL("h11-walk.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");
const COLUMNS = header.split(" ").slice(1);
const H11: ReadonlyMap<Code, readonly Edge[]> = new Map(rows.map((row) => [row.slice(0, 4), row.slice(5).split(" ")]));

function edge(code: Code, column: string): Edge {
  return H11.get(code)?.[COLUMNS.indexOf(column)] ?? "?";
}

// --- the tables, as they are declared -----------------------------------------------------------------------------------

/** Everything in every state, straight from the declared tables: written anew here, so that `Exchange` is checked too. */
interface Joint {
  readonly client: State;
  readonly server: State;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
  readonly connect: boolean;
}

function codeOf({ client, server, keepAlive, upgrade, connect }: Joint): Code {
  const pending = "0ucb".charAt((upgrade ? 1 : 0) + (connect ? 2 : 0));
  return `${letterOf(client)}${letterOf(server)}${keepAlive ? "+" : "-"}${pending}`;
}

function jointOf(code: Code): Joint {
  const pending = code.charAt(3);
  return {
    client: clientOf(code),
    server: serverOf(code),
    keepAlive: code.charAt(2) === "+",
    upgrade: "ub".includes(pending),
    connect: "cb".includes(pending),
  };
}

function settle(joint: Joint): Joint {
  const switchPending = joint.upgrade || joint.connect;
  for (const { when, then } of ON_STATE) {
    const applies =
      (when.client ?? joint.client) === joint.client &&
      (when.server ?? joint.server) === joint.server &&
      (when.keepAlive ?? joint.keepAlive) === joint.keepAlive &&
      (when.switchPending ?? switchPending) === switchPending;
    const next = { ...joint, ...then };
    if (applies && (next.client !== joint.client || next.server !== joint.server)) return settle(next);
  }
  return joint;
}

/** The operations of h11-walk.txt that fire one trigger: its name here, and what it needs or does besides. */
const SIDES = ["client", "server"] as const;
const EVENTS: Record<string, Trigger> = {
  Request: "request",
  InformationalResponse: "informational-response",
  Response: "response",
  Data: "data",
  EndOfMessage: "end-of-message",
  ConnectionClosed: "connection-closed",
  "upgrade-accepted": "upgrade-accepted",
  "connect-accepted": "connect-accepted",
};

function operate(joint: Joint, column: string): Joint | undefined {
  const side = SIDES.find((name) => column.startsWith(`${name}-`));
  const trigger = side && EVENTS[column.slice(side.length + 1)];
  if (side !== undefined && trigger !== undefined) return fire(joint, side, trigger);
  switch (column) {
    case "client-fails":
      return settle({ ...joint, client: "error" });
    case "server-fails":
      return settle({ ...joint, server: "error" });
    case "keep-alive-off":
      return settle({ ...joint, keepAlive: false });
    case "propose-upgrade":
      return settle({ ...joint, upgrade: true });
    case "propose-connect":
      return settle({ ...joint, connect: true });
    default:
      return joint.client === "done" && joint.server === "done"
        ? jointOf(`II${joint.keepAlive ? "+" : "-"}0`)
        : undefined;
  }
}

function fire(joint: Joint, side: Role, trigger: Trigger): Joint | undefined {
  if (trigger === "upgrade-accepted" && !joint.upgrade) return undefined;
  if (trigger === "connect-accepted" && !joint.connect) return undefined;
  const next = ON_EVENT[side][joint[side]]?.[trigger];
  if (next === undefined) return undefined;
  const moved = { ...joint, [side]: next };
  if (trigger === "response") Object.assign(moved, { upgrade: false, connect: false });
  if (trigger === "request") {
    const server = ON_EVENT.server[moved.server]?.["client-request"];
    if (server === undefined) return undefined;
    moved.server = server;
  }
  return settle(moved);
}

// --- Exchange -----------------------------------------------------------------------------------------------------------

/** An exchange in this joint state, which no operation is needed to reach. */
function exchangeIn(code: Code): Exchange {
  const { client, server, keepAlive, upgrade, connect } = jointOf(code);
  return Object.assign(new Exchange(), {
    joint: jointNumber(STATES.indexOf(client), STATES.indexOf(server), keepAlive, upgrade || connect),
    upgradeProposed: upgrade,
    connectProposed: connect,
  });
}

function codeOfExchange(exchange: Exchange): Code {
  return codeOf({
    client: stateName(exchange.client),
    server: stateName(exchange.server),
    keepAlive: exchange.keepAlive,
    upgrade: exchange.upgradeProposed,
    connect: exchange.connectProposed,
  });
}

function operateExchange(code: Code, column: string): Edge {
  const exchange = exchangeIn(code);
  const side = SIDES.find((name) => column.startsWith(`${name}-`));
  const trigger = side && EVENTS[column.slice(side.length + 1)];
  if (side !== undefined && trigger !== undefined) {
    const proposed =
      (trigger !== "upgrade-accepted" || exchange.upgradeProposed) &&
      (trigger !== "connect-accepted" || exchange.connectProposed);
    if (!proposed || !exchange.allows(side, ON[trigger])) return "!";
    if (trigger === "response") exchange.propose(false, false);
    if (trigger !== "request") exchange.fire(side, ON[trigger]);
    else if (!exchange.begin()) return "!";
  } else if (column === "client-fails") exchange.fail("client");
  else if (column === "server-fails") exchange.fail("server");
  else if (column === "keep-alive-off") exchange.disableKeepAlive();
  else if (column === "propose-upgrade") exchange.propose(true, exchange.connectProposed);
  else if (column === "propose-connect") exchange.propose(exchange.upgradeProposed, true);
  else return exchange.client === STATES.indexOf("done") && exchange.server === STATES.indexOf("done") ? START : "!";
  return codeOfExchange(exchange);
}

describe("the tables against h11's, edge by edge", () => {
  /** Where an edge differs on purpose: h11's cell and ours. */
  const DEVIATIONS: Record<string, (h11: Edge, ours: Edge) => boolean> = {
    "a 101 or a 2xx to CONNECT where none is due is refused (h11: AttributeError)": (h11, ours) =>
      h11 === "x" && ours === "!",
  };
  const occurred = new Set<string>();

  function compare(operation: (code: Code, column: string) => Edge): string[] {
    const differences: string[] = [];
    for (const [code, cells] of H11) {
      COLUMNS.forEach((column, i) => {
        const wanted = cells[i] as Edge;
        const got = operation(code, column);
        if (got === wanted) return;
        const deviation = Object.keys(DEVIATIONS).find((name) => DEVIATIONS[name]?.(wanted, got));
        if (deviation === undefined) differences.push(`${code} ${column}: ${got}, in h11 ${wanted}`);
        else occurred.add(deviation);
      });
    }
    return differences;
  }

  test("254 states, 5,080 edges", () => {
    expect([H11.size, H11.size * COLUMNS.length]).toEqual([254, 5080]);
  });
  test("as declared", () => {
    expect(
      compare((code, column) => {
        const next = operate(jointOf(code), column);
        return next === undefined ? "!" : codeOf(next);
      }),
    ).toEqual([]);
  });
  test("as Exchange runs them", () => {
    expect(compare(operateExchange)).toEqual([]);
  });
  test("every deviation occurs", () => {
    expect([...occurred]).toEqual(Object.keys(DEVIATIONS));
  });

  test("two triggers are not in h11: they lead to no joint state that h11 does not know", () => {
    const leads = (trigger: "body-declined" | "idle-timeout", side: Role) =>
      [...H11.keys()]
        .filter((code) => exchangeIn(code).allows(side, ON[trigger]))
        .map((code) => {
          const exchange = exchangeIn(code);
          exchange.fire(side, ON[trigger]);
          return codeOfExchange(exchange);
        });
    for (const code of [...leads("body-declined", "client"), ...leads("idle-timeout", "server")]) {
      expect(H11.has(code), code).toBe(true);
    }
    expect(leads("body-declined", "server")).toEqual([]);
    expect(leads("idle-timeout", "client")).toEqual([]);
  });

  test("the order of the rules matters once: a proposed switch outranks closing", () => {
    expect(ON_STATE.findIndex(({ when }) => when.switchPending === true)).toBe(0);
    expect(edge("BR-c", "client-EndOfMessage")).toBe("PR-c");
  });

  test("every trigger is in a cell, and every state in both tables or none of the server's", () => {
    for (const trigger of TRIGGERS) {
      const cells = [...Object.values(ON_EVENT.client), ...Object.values(ON_EVENT.server)];
      expect(
        cells.some((cell) => cell[trigger] !== undefined),
        trigger,
      ).toBe(true);
    }
  });
});

// --- connections --------------------------------------------------------------------------------------------------------

/** Something done to a connection: by its caller, or by the peer (octets that are one event). */
interface Operation {
  readonly name: string;
  readonly by: Role;
  /** How h11's machine sees it from a joint state: columns in turn, the first one decides whether it is refused. */
  readonly columns: (code: Code) => readonly string[];
  readonly send?: Http1Send;
  readonly octets?: string;
  readonly act?: (connection: Http1Connection) => void;
}

type Fields = [string, string][];
const CLOSE: Fields = [["Connection", "close"]];
const UPGRADE: Fields = [
  ["Connection", "upgrade"],
  ["Upgrade", "x"],
];
const CHUNKED: Fields = [["Transfer-Encoding", "chunked"]];
const lines = (fields: Fields) => fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");

function requests(): Operation[] {
  const one = (name: string, method: string, headers: Fields, besides: string[]): Operation => {
    const target = method === "CONNECT" ? "a:1" : "/";
    const all: Fields = [["Host", "a"], ...headers, ...CHUNKED];
    return {
      name,
      by: "client",
      columns: () => ["client-Request", ...besides],
      send: { type: "request", method, target, headers: all },
      octets: `${method} ${target} HTTP/1.1\r\n${lines(all)}\r\n`,
    };
  };
  return [
    one("request", "POST", [], []),
    one("request, close", "POST", CLOSE, ["keep-alive-off"]),
    one("request, upgrade", "POST", UPGRADE, ["propose-upgrade"]),
    one("request, Upgrade without Connection", "POST", [["Upgrade", "x"]], []),
    one("CONNECT", "CONNECT", [], ["propose-connect"]),
    one(
      "CONNECT, upgrade, close",
      "CONNECT",
      [
        ["Connection", "upgrade, close"],
        ["Upgrade", "x"],
      ],
      ["propose-upgrade", "propose-connect", "keep-alive-off"],
    ),
  ];
}

function responses(): Operation[] {
  const one = (status: number, headers: Fields): Operation => {
    const type = status < 200 ? "informational-response" : "response";
    const framing = type === "response" ? CHUNKED : [];
    const shown = lines([...headers, ...framing]);
    return {
      name: `${status}${headers.length > 0 ? ", close" : ""}`,
      by: "server",
      columns: (code) => {
        if (status === 101) return ["server-upgrade-accepted"];
        if (type === "informational-response") return ["server-InformationalResponse"];
        const accepts = status < 300 && jointOf(code).connect;
        // To a peer of unknown version a body of unknown length must end with the connection.
        const closes = headers.length > 0 || serverOf(code) === "idle";
        return [accepts ? "server-connect-accepted" : "server-Response", ...(closes ? ["keep-alive-off"] : [])];
      },
      send: { type, status, headers: [...headers, ...framing] } as Http1Send,
      octets: `HTTP/1.1 ${status} \r\n${shown}\r\n`,
    };
  };
  return [one(103, []), one(101, []), one(200, []), one(200, CLOSE), one(404, []), one(404, CLOSE)];
}

const BODY = (by: Role): Operation[] => [
  { name: "data", by, columns: () => [`${by}-Data`], send: { type: "data", data: octets("x") }, octets: "1\r\nx\r\n" },
  {
    name: "end of message",
    by,
    columns: () => [`${by}-EndOfMessage`],
    send: { type: "end-of-message" },
    octets: "0\r\n\r\n",
  },
];

/** Events that either side has. */
const OF_BOTH: readonly Operation[] = [
  ...BODY("client"),
  ...BODY("server"),
  { name: "close", by: "client", columns: () => ["client-ConnectionClosed"], send: { type: "connection-closed" } },
  { name: "close", by: "server", columns: () => ["server-ConnectionClosed"], send: { type: "connection-closed" } },
];

const OPERATIONS: readonly Operation[] = [...requests(), ...responses(), ...OF_BOTH];

/** How a connection came to where it is. */
interface Path {
  readonly code: Code;
  readonly steps: readonly Step[];
}
type Step = (connection: Http1Connection) => void;

const remoteOf = (role: Role): Role => (role === "client" ? "server" : "client");

function follow(code: Code, columns: readonly string[]): Edge {
  let reached = code;
  for (const column of columns) {
    const next = edge(reached, column);
    if (next === "!" || next === "x") return next;
    reached = next;
  }
  return reached;
}

/** Asserts the two states that can be seen. */
function expectIn(connection: Http1Connection, code: Code, how: string): void {
  const [local, remote] =
    connection.role === "client" ? [clientOf(code), serverOf(code)] : [serverOf(code), clientOf(code)];
  expect([connection.localState, connection.remoteState], `${how} -> ${code}`).toEqual([local, remote]);
}

function attempt(action: () => unknown): unknown {
  try {
    return action() ?? "done";
  } catch (error) {
    return error;
  }
}

const DEVIATIONS: Record<string, number> = {
  "refused sends change nothing (h11: ERROR)": 0,
  "a client in done may send the next request": 0,
  "a response that nobody asked for is refused": 0,
  "a 408 that nobody asked for, and that closes, closes": 0,
  "octets after a message that closes are dropped": 0,
  "Upgrade needs Connection: upgrade": 0,
  "a client that was refused may close instead of sending its body": 0,
};
const occurs = (name: keyof typeof DEVIATIONS & string) => {
  DEVIATIONS[name] = (DEVIATIONS[name] as number) + 1;
};

describe.each(["client", "server"] as const)("real connections, in %s role", (role) => {
  const remote = remoteOf(role);
  const paths = new Map<Code, Path>([[START, { code: START, steps: [] }]]);
  const at = ({ steps }: Path) => {
    const connection = new Http1Connection(role);
    for (const step of steps) step(connection);
    connection.bytesToSend();
    return connection;
  };
  const remoteStateIn = (code: Code) => (remote === "client" ? clientOf(code) : serverOf(code));
  const localStateIn = (code: Code) => (role === "client" ? clientOf(code) : serverOf(code));

  function reach(from: Path, code: Code, step: Step): void {
    if (!paths.has(code)) paths.set(code, { code, steps: [...from.steps, step] });
  }

  /** What our caller does. */
  function sends(from: Path, operation: Operation): void {
    const connection = at(from);
    const before = stateOf(connection);
    const how = `${from.code}: sends ${operation.name}`;
    const step: Step = (other) => other.send(operation.send as Http1Send);
    const outcome = attempt(() => step(connection));
    // In the other role's events there is no cell at all.
    const wanted = operation.by === role ? follow(from.code, operation.columns(from.code)) : "!";
    const pipelines = role === "client" && operation.send?.type === "request" && localStateIn(from.code) === "done";
    if (pipelines) {
      expect(wanted, how).toBe("!");
      expect(outcome, how).toBe("done");
      expect([connection.localState, connection.outstandingRequests > 0], how).toEqual(["send-body", true]);
      return occurs("a client in done may send the next request");
    }
    if (wanted === "!" || wanted === "x") {
      expect(outcome, how).toBeInstanceOf(LocalProtocolError);
      const code = (outcome as LocalProtocolError).code;
      expect(code, how).toBe(operation.name === "101" && code === "UNPROPOSED_SWITCH" ? code : "WRONG_STATE");
      expect(stateOf(connection), how).toEqual(before);
      return occurs("refused sends change nothing (h11: ERROR)");
    }
    expect(outcome, how).toBe("done");
    expectIn(connection, wanted, how);
    reach(from, wanted, step);
  }

  /** What the peer does: one element, and one pull. */
  function receives(from: Path, operation: Operation): void {
    const connection = at(from);
    const before = stateOf(connection);
    const how = `${from.code}: receives ${operation.name}`;
    const text = operation.octets as string;
    const step: Step = (other) => {
      other.feed(octets(text));
      other.nextEvent();
    };
    connection.feed(octets(text));
    const outcome = attempt(() => connection.nextEvent());
    const state = remoteStateIn(from.code);
    if (state === "done" || state === "might-switch-protocol" || state === "switched-protocol") {
      expect(outcome, how).toEqual({ type: "paused" });
      expect(stateOf(connection), how).toEqual({ ...before, bufferedBytes: text.length });
      return;
    }
    if (state === "must-close" || state === "closed") {
      expect(outcome, how).toMatchObject({ type: state === "closed" ? "connection-closed" : "need-data" });
      expect(connection.bufferedBytes, how).toBe(0);
      expectIn(connection, from.code, how);
      return occurs("octets after a message that closes are dropped");
    }
    const wanted = operation.by === remote ? follow(from.code, operation.columns(from.code)) : "!";
    const unasked = role === "client" && state === "idle" && wanted !== "!";
    if (wanted === "!" || wanted === "x" || state === "error" || unasked) {
      expect(outcome, how).toBeInstanceOf(RemoteProtocolError);
      expect(
        attempt(() => connection.nextEvent()),
        how,
      ).toBe(outcome);
      expectIn(connection, edge(from.code, `${remote}-fails`), how);
      if (unasked) occurs("a response that nobody asked for is refused");
      return;
    }
    if (operation.name === "request, Upgrade without Connection") {
      expect(follow(wanted, ["propose-upgrade"])).not.toBe(wanted);
      occurs("Upgrade needs Connection: upgrade");
    }
    expect(outcome, how).toMatchObject({ type: operation.send?.type });
    expectIn(connection, wanted, how);
    reach(from, wanted, step);
  }

  /** The end of the peer's input, a fault of the peer, a fault of the transport, the next cycle, trailing data. */
  function others(from: Path): void {
    const { code } = from;
    const state = remoteStateIn(code);

    const ended = at(from);
    ended.feedEof();
    const outcome = attempt(() => ended.nextEvent());
    const closes = edge(code, `${remote}-ConnectionClosed`);
    if (state === "might-switch-protocol" || state === "switched-protocol") {
      expect(outcome).toEqual({ type: "paused" });
      expectIn(ended, code, `${code}: EOF`);
    } else if (role === "server" && /^B[BDM]/.test(code)) {
      // body-declined: it was answered, and none of its body came
      expect(outcome, `${code}: EOF`).toMatchObject({ type: "connection-closed" });
      expectIn(ended, code.replace("B", "C").replace("CD", "CM"), `${code}: EOF`);
      occurs("a client that was refused may close instead of sending its body");
    } else if (closes === "!") {
      expect(outcome, `${code}: EOF`).toBeInstanceOf(RemoteProtocolError);
      expectIn(ended, edge(code, `${remote}-fails`), `${code}: EOF`);
    } else {
      expect(outcome, `${code}: EOF`).toMatchObject({ type: "connection-closed" });
      expectIn(ended, closes, `${code}: EOF`);
      reach(from, closes, (connection) => {
        connection.feedEof();
        connection.nextEvent();
      });
    }

    const fails: Step = (connection) => connection.sendFailed();
    const failed = at(from);
    fails(failed);
    expectIn(failed, edge(code, `${role}-fails`), `${code}: sendFailed`);
    reach(from, edge(code, `${role}-fails`), fails);

    if (state === "idle" || state === "send-response" || state === "send-body") {
      const breaks: Step = (connection) => {
        connection.feed(octets("\0"));
        attempt(() => connection.nextEvent());
      };
      const broken = at(from);
      breaks(broken);
      expectIn(broken, edge(code, `${remote}-fails`), `${code}: broken by the peer`);
      reach(from, edge(code, `${remote}-fails`), breaks);
    }

    const answering = at(from);
    const begun = edge(code, "server-Response") === "!";
    const answered = answering.errorResponse(new RemoteProtocolError("BAD_METHOD", 0, role));
    expect(answered, `${code}: errorResponse`).toBe(role === "server" && !begun);
    const refusal = answered ? ["server-Response", "keep-alive-off", "server-EndOfMessage"] : [];
    expectIn(answering, follow(code, refusal), `${code}: errorResponse`);

    const cycled = at(from);
    const next = edge(code, "next-cycle");
    const cycle = attempt(() => cycled.startNextCycle());
    if (next === "!") {
      expect(cycle, `${code}: next cycle`).toMatchObject({ code: "NOT_REUSABLE" });
      expectIn(cycled, code, `${code}: next cycle`);
    } else {
      expect(cycle, `${code}: next cycle`).toBe("done");
      expectIn(cycled, next, `${code}: next cycle`);
    }

    const trailing = attempt(() => at(from).takeTrailingData());
    if (state === "switched-protocol" || state === "closed")
      expect(trailing).toMatchObject({ data: new Uint8Array(0) });
    else expect(trailing, `${code}: takeTrailingData`).toMatchObject({ code: "NOT_SWITCHED" });
  }

  test("everything in every state", () => {
    for (const path of paths.values()) {
      expectIn(at(path), path.code, "path");
      // Whoever has been told of the end of the input, or of a fault of the peer, feeds no more.
      const mayFeed = !attemptFails(() => at(path).feed(octets("x")));
      for (const operation of OPERATIONS) {
        if (operation.by === role || !OF_BOTH.includes(operation)) sends(path, operation);
        if (operation.octets !== undefined && mayFeed && (operation.by === remote || !OF_BOTH.includes(operation))) {
          receives(path, operation);
        }
      }
      others(path);
    }
  });

  test("every pair of states that h11 reaches is reached, or cannot be", () => {
    expect([...paths.keys()].every((code) => H11.has(code))).toBe(true);
    // Every pair of states of the two sides that occurs in h11's walk, or a reason why no connection gets there.
    const UNREACHED: Record<string, readonly string[]> = {
      "proposals are made in requests only, and gone with the final response": ["CS", "MS", "PB", "PC", "PD", "PM"],
      ...(role === "client"
        ? {
            "a response before its request is refused": ["IB", "ID", "IM"],
            "after a switch nothing is parsed that could be at fault": ["SE"],
          }
        : { "a response before a request closes": ["ID"] }),
    };
    const pairs = (codes: Iterable<Code>) => new Set([...codes].map((code) => code.slice(0, 2)));
    const reached = pairs(paths.keys());
    const missing = [...pairs(H11.keys())].filter((pair) => !reached.has(pair)).sort();
    expect(missing).toEqual(Object.values(UNREACHED).flat().sort());
  });

  function attemptFails(action: () => unknown): boolean {
    return attempt(action) instanceof Error;
  }
});

describe("what h11 does not do", () => {
  test("idle-timeout: a 408 that nobody asked for, and that closes, is connection-closed", () => {
    for (const response of ["HTTP/1.1 408 \r\nConnection: close\r\n\r\n", "HTTP/1.0 408 \r\n\r\n"]) {
      const connection = new Http1Connection("client");
      connection.feed(octets(response));
      expect(connection.nextEvent().type).toBe("connection-closed");
      expectIn(connection, "MC+0", "408");
      occurs("a 408 that nobody asked for, and that closes, closes");
    }
  });

  test("body-declined: EOF after a final response and before the body is connection-closed", () => {
    const connection = new Http1Connection("server");
    connection.feed(octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
    connection.nextEvent();
    connection.send({ type: "response", status: 417, headers: { "Content-Length": "0" } });
    connection.feedEof();
    expect(connection.nextEvent().type).toBe("connection-closed");
    expectIn(connection, "CB+0", "EOF");
    occurs("a client that was refused may close instead of sending its body");
  });

  test("every deviation occurs", () => {
    for (const [name, times] of Object.entries(DEVIATIONS)) expect(times, name).toBeGreaterThan(0);
  });
});
