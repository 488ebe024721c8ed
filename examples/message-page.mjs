// A page that speaks HTTP to a server in its worker over a MessageChannel. Any pair of ports that carry octets will do,
// also a WebSocket or a WebRTC data channel.
import { asker } from "./greeting.mjs";
import { turn } from "./loop.mjs";

export function greetOverMessages(name) {
  const { port1: near, port2: far } = new MessageChannel();
  const worker = new Worker(new URL("message-worker.mjs", import.meta.url), { type: "module" });
  const { connection, answer, handle } = asker(name);
  return new Promise((done, fail) => {
    worker.onerror = fail;
    near.onmessage = ({ data }) => {
      try {
        connection.feed(data);
        turn(connection, handle);
      } catch (error) {
        fail(error);
      }
      if (answer.isComplete) done(answer);
    };
    worker.postMessage(far, [far]);
    near.postMessage(connection.bytesToSend());
  }).finally(() => worker.terminate());
}
