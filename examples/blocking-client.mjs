// A client whose thread blocks: a worker owns the socket, and the reader sleeps in Atomics.wait until octets arrive.
// For code that must be synchronous: a module loader, a shell, a database driver.
// `node examples/blocking-client.mjs PORT NAME`
import { connect } from "node:net";
import { MessageChannel, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import { asker } from "./greeting.mjs";
import { turn } from "./loop.mjs";

if (workerData?.port === undefined) main();
else carry(workerData);

function main() {
  const [port, name] = process.argv.slice(2);
  const { connection, answer, handle } = asker(name);
  const socket = openBlocking(Number(port));
  socket.write(connection.bytesToSend());
  while (!answer.isComplete) {
    const octets = socket.read();
    if (octets === null) connection.feedEof();
    else connection.feed(octets);
    turn(connection, handle);
  }
  console.log(answer.status, answer.text.trim());
  socket.close();
}

function openBlocking(port) {
  const { port1: near, port2: far } = new MessageChannel();
  const arrivals = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, far, arrivals }, transferList: [far] });
  return {
    write: (octets) => near.postMessage(octets),
    close: () => worker.terminate(),
    /** Returns octets, or null at the end of the input. */
    read() {
      for (;;) {
        const seen = Atomics.load(arrivals, 0);
        const arrived = receiveMessageOnPort(near);
        if (arrived !== undefined) return arrived.message;
        if (Atomics.wait(arrivals, 0, seen, 30_000) === "timed-out") throw new Error("the server says nothing");
      }
    },
  };
}

/** The worker's side. */
function carry({ port, far, arrivals }) {
  const socket = connect(port, "127.0.0.1");
  const bring = (octets) => {
    far.postMessage(octets);
    Atomics.add(arrivals, 0, 1);
    Atomics.notify(arrivals, 0);
  };
  far.on("message", (octets) => socket.write(octets));
  socket.on("data", (octets) => bring(new Uint8Array(octets)));
  socket.on("error", () => bring(null));
  socket.on("end", () => bring(null));
}
