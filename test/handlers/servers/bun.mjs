// The application over Bun.listen, whose sockets call back: a pair of streams is made of each.
import { either, protocolOf, serveConnection } from "sansio/web";
import { application } from "../../../examples/application.mjs";
import { selfSigned } from "../../../examples/certificate.mjs";

const onError = (error) => console.error(error);
const http = listen(undefined, () => either).port;
// In the form of the wire: each name behind its length.
const alpn = { ALPNProtocols: "\x02h2\x08http/1.1" };
const https = listen({ ...selfSigned(), ...alpn }, ({ alpnProtocol }) => protocolOf(alpnProtocol)).port;
console.log(JSON.stringify({ http, https }));

function listen(tls, choose) {
  const scheme = tls === undefined ? "http" : "https";
  const begin = (socket) => {
    socket.data = streamsOf(socket);
    serveConnection(socket.data, application, { protocol: choose(socket), scheme, onError });
  };
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls,
    allowHalfOpen: true,
    socket: {
      open: (socket) => tls === undefined && begin(socket),
      handshake: (socket) => begin(socket),
      data: (socket, octets) => socket.data.receive(octets),
      drain: (socket) => socket.data.drain(),
      end: (socket) => socket.data.end(),
      close: (socket, error) => socket.data?.fail(error ?? new Error("the socket is closed")),
      error: (socket, error) => socket.data?.fail(error),
    },
  });
}

/** A socket takes as much as it likes of what is written, and calls `drain` when it takes more. */
function streamsOf(socket) {
  let reading;
  let drained = () => {};
  let failure;
  const readable = new ReadableStream({
    start: (controller) => {
      reading = controller;
    },
    pull: () => socket.resume(),
    cancel: () => socket.end(),
  });
  const writable = new WritableStream({
    async write(octets) {
      for (let rest = octets; rest.length > 0; ) {
        if (failure !== undefined) throw failure;
        rest = rest.subarray(socket.write(rest));
        if (rest.length === 0) return;
        await new Promise((resolve) => {
          drained = resolve;
        });
      }
    },
    close: () => socket.end(),
    abort: () => socket.terminate(),
  });
  let isOpen = true;
  const finish = (how) => {
    if (isOpen) how();
    isOpen = false;
  };
  return {
    readable,
    writable,
    receive(octets) {
      // The octets are Bun's: it may write into them again.
      if (isOpen) reading.enqueue(new Uint8Array(octets));
      if (reading.desiredSize <= 0) socket.pause();
    },
    drain: () => drained(),
    end: () => finish(() => reading.close()),
    fail(error) {
      failure = error;
      finish(() => reading.error(error));
      drained();
    },
  };
}
