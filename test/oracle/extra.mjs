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
  ].map((feed) => ({
    role: "server",
    ops: [feed, ["respond"], ["drain"], ["recv", ""], ["drain"]],
    ...fields,
  }));

/** A client's input after one request, as the oracle's `cli`. */
const client = (data, sent = request, fields = {}) =>
  [
    ["feed", data],
    ["feed_each", data, 1],
  ].map((feed) => ({
    role: "client",
    ops: [["send", sent], ["send", end], feed, ["drain"], ["recv", ""], ["drain"]],
    ...fields,
  }));

const scenarios = [];

export const extra = scenarios;
