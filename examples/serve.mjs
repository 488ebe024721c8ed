// @ts-check
// A server on node:net: accepts sockets, serves each with a ServedConnection, lets time pass for all of them.
import net from "node:net";
import { ServedConnection } from "./serve-connection.mjs";

/**
 * @typedef {typeof DEFAULTS} Options
 *
 * @typedef {object} Service what the connections of one server share
 * @property {(request: import("./serve-connection.mjs").Request) => import("./serve-connection.mjs").Handler} route
 * @property {Options} options
 * @property {boolean} stopping answers say "Connection: close" from now on
 * @property {Set<ServedConnection>} connections
 */

/** Milliseconds and octets. Node's own server has 5 s, 60 s and 300 s for the first three. */
const DEFAULTS = {
  /** Between requests; then the connection is closed without a word. */
  idleTimeout: 5_000,
  /** From the first octet of a head to its last, however steadily they drip in; then 408. */
  headTimeout: 15_000,
  /** Between two pieces of a request body; then 408. */
  bodyTimeout: 30_000,
  /** How long a peer may take nothing of what waits for it. */
  writeTimeout: 30_000,
  /** How long, and for how many octets, a closed connection is still read. */
  lingerTime: 2_000,
  lingerOctets: 16 * 1024 * 1024,
  /** How much of a request body that no handler reads is skipped to keep the connection. */
  unreadBodyOctets: 1024 * 1024,
};

/**
 * @param {Service["route"]} route
 * @param {{ port: number, host: string } & Partial<Options>} options
 * @returns {Promise<{ port: number, stop(graceTime?: number): Promise<void> }>} once it listens
 */
export async function serve(route, { port, host, ...given }) {
  const options = { ...DEFAULTS, ...given };
  /** @type {Service} */
  const service = { route, options, stopping: false, connections: new Set() };

  // Half-open, because a client may send its last request, then FIN, and still wait for the answer.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: 64 * 1024 }, (socket) => {
    new ServedConnection(socket, service);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(undefined));
  });

  // A failed accept (no file descriptor left) is the end of one connection, not of the server.
  server.on("error", (error) => console.error(error));

  const shortest = Math.min(options.idleTimeout, options.headTimeout, options.bodyTimeout, options.lingerTime);
  const ticker = setInterval(
    () => {
      const now = performance.now();
      for (const connection of service.connections) connection.tick(now);
    },
    Math.ceil(shortest / 4),
  );
  ticker.unref();

  /** Takes no more connections, lets answers in progress end, and cuts what is left after `graceTime`. */
  async function stop(graceTime = 5_000) {
    service.stopping = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const connection of service.connections) connection.stop();
    const cut = setTimeout(() => {
      for (const connection of service.connections) connection.destroy();
    }, graceTime);
    await closed;
    clearTimeout(cut);
    clearInterval(ticker);
  }

  const address = /** @type {net.AddressInfo} */ (server.address());
  return { port: address.port, stop };
}
