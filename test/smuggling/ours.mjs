// @ts-check
// Our connections as readers, in the words of reference.mjs. The class is given: the sources' or the package's.

/** @typedef {import("./reference.mjs").Reading} Reading */

/**
 * A server that refuses every switch and goes on.
 * @param {any} Http1Connection
 * @param {string} text
 * @returns {Reading}
 */
export function oursOfRequests(Http1Connection, text) {
  const connection = new Http1Connection("server");
  return drive(connection, text, () => {
    connection.send({ type: "response", status: 404, headers: [["Content-Length", "0"]] });
    connection.send({ type: "end-of-message" });
    connection.bytesToSend();
    return cycle(connection, connection.localState);
  });
}

/**
 * A client that has sent these requests.
 * @param {any} Http1Connection
 * @param {string} text
 * @param {readonly string[]} methods
 * @returns {Reading}
 */
export function oursOfResponses(Http1Connection, text, methods) {
  const connection = new Http1Connection("client");
  for (const method of methods) {
    connection.send({ type: "request", method, target: method === "CONNECT" ? "a:1" : "/", headers: [["Host", "a"]] });
    connection.send({ type: "end-of-message" });
  }
  connection.bytesToSend();
  return drive(connection, text, () => cycle(connection, "done"));
}

/** @param {any} connection @param {string} localState */
function cycle(connection, localState) {
  if (connection.remoteState !== "done" || localState !== "done") return false;
  connection.startNextCycle();
  return true;
}

/**
 * @param {any} connection
 * @param {string} text
 * @param {() => boolean} whole goes on after a message; false when there is no next one
 * @returns {Reading}
 */
function drive(connection, text, whole) {
  connection.feed(Buffer.from(text, "latin1"));
  connection.feedEof();
  /** @type {Reading} */
  const reading = { messages: [], heads: [], end: "end" };
  let closes = false;
  /** @type {any} */
  let message;
  try {
    for (;;) {
      const event = connection.nextEvent();
      switch (event.type) {
        case "request":
        case "response":
        case "informational-response": {
          const { type, method, target, status, reason, httpVersion: version, headers } = event;
          const head = type === "request" ? { method, target } : { status, reason };
          reading.heads.push(/** @type {any} */ ({ ...head, version, fields: headers.raw(), start: event.offset }));
          if (type !== "informational-response") message = { ...reading.heads.at(-1), body: "" };
          break;
        }
        case "data":
          message.body += Buffer.from(event.data).toString("latin1");
          break;
        case "end-of-message":
          reading.messages.push({
            ...message,
            trailers: event.headers.raw(),
            end: text.length - connection.bufferedBytes,
          });
          closes = !whole();
          break;
        case "paused":
          return { ...reading, end: "tunnel" };
        default: // need-data cannot be: the input has ended
          return { ...reading, end: closes ? "closed" : "end" };
      }
    }
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (code === undefined) throw error;
    return { ...reading, end: code };
  }
}
