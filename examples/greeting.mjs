// What the examples say to each other: a client sends a name, a server answers with a greeting.
import { Http1Connection } from "sansio";

/** A server connection and its event handler. A client that sends more than a name gets 413. */
export function greeter() {
  const connection = new Http1Connection("server", { limits: { maxBodyBytes: 1000 } });
  let name = "";
  return {
    connection,
    handle(event) {
      if (event.type === "request") {
        name = "";
        if (connection.remoteIsWaitingFor100Continue) connection.send({ type: "informational-response", status: 100 });
      }
      if (event.type === "data") name += text(event.data);
      if (event.type === "end-of-message") greet();
    },
  };

  function greet() {
    const body = bytes(`Hello, ${name || "world"}!\n`);
    const headers = { "Content-Type": "text/plain; charset=utf-8", "Content-Length": String(body.length) };
    connection.send({ type: "response", status: 200, headers });
    connection.send({ type: "data", data: body });
    connection.send({ type: "end-of-message" });
    if (connection.localState === "done") connection.startNextCycle();
  }
}

/** A client connection that has sent its request, and an event handler that fills in `answer`. */
export function asker(name, host = "localhost") {
  const connection = new Http1Connection("client");
  const body = bytes(name);
  const headers = { Host: host, "Content-Length": String(body.length), Connection: "close" };
  connection.send({ type: "request", method: "POST", target: "/", headers });
  connection.send({ type: "data", data: body });
  connection.send({ type: "end-of-message" });
  const answer = { status: 0, text: "", isComplete: false };
  return {
    connection,
    answer,
    handle(event) {
      if (event.type === "response") answer.status = event.status;
      if (event.type === "data") answer.text += text(event.data);
      if (event.type === "end-of-message") answer.isComplete = true;
    },
  };
}

function text(octets) {
  return new TextDecoder().decode(octets);
}

function bytes(string) {
  return new TextEncoder().encode(string);
}
