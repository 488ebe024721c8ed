// @ts-check
// `npm start`: an HTTP/1.1 and HTTP/2 server on sansio/node. With --workers it runs in several processes, with --tls it
// speaks TLS with a self-signed certificate of its own.
import cluster from "node:cluster";
import { parseArgs } from "node:util";
import { createServer } from "sansio/node";
import { selfSigned } from "./certificate.mjs";
import { handle } from "./handlers.mjs";

const USAGE = `Usage: npm start -- [--port N] [--host ADDRESS] [--workers N] [--tls]

  --port N        TCP port, 0 for a free one (default 8080)
  --host ADDRESS  address to listen on (default 127.0.0.1)
  --workers N     processes that serve (default 1)
  --tls           TLS, h2 and http/1.1 by ALPN, under a self-signed certificate
  --help          this text
`;

const values = readArguments();
const { host } = values;
const workers = Number(values.workers);

if (workers > 1 && cluster.isPrimary) startWorkers();
else await serve();

async function serve() {
  // One certificate for all workers: the primary makes it.
  const tls = values.tls ? JSON.parse(process.env.SANSIO_CERTIFICATE ?? JSON.stringify(selfSigned())) : undefined;
  const server = createServer(handle, { tls, onError: logUnexpected });
  const port = await server.listen({ port: Number(values.port), host }).catch((error) => {
    console.error(`sansio: cannot listen on ${host} port ${values.port}: ${error.message}`);
    process.exit(1);
  });
  if (cluster.isPrimary) explain(port);
  else process.send?.({ port });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, close);

  /** The first signal lets answers in progress finish; `once` leaves the second to Node, which ends the process. */
  async function close() {
    await server.close();
    process.exit(0);
  }
}

function startWorkers() {
  const env = values.tls ? { SANSIO_CERTIFICATE: JSON.stringify(selfSigned()) } : {};
  let listening = 0;
  let stopping = false;
  for (let i = 0; i < workers; i++) cluster.fork(env);
  cluster.on("message", (_, message) => {
    listening += 1;
    if (listening === workers) explain(message.port);
  });
  cluster.on("exit", (_, code) => {
    if (code !== 0 && !stopping) process.exit(code || 1);
    if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM");
    });
  }
}

/** Clients that break the protocol are not worth a log entry. @param {unknown} error */
function logUnexpected(error) {
  const { name, code = "" } = /** @type {Error & { code?: string }} */ (error);
  if (name !== "RemoteProtocolError" && !/^ERR_SSL|^ECONNRESET/.test(code)) console.error(error);
}

/** @param {number} port */
function explain(port) {
  const url = `${values.tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const curl = values.tls ? "curl -k" : "curl";
  const http2 = values.tls ? "-k --http2" : "--http2-prior-knowledge";
  console.log(`sansio serves HTTP/1.1 and HTTP/2 at ${url}${workers > 1 ? ` in ${workers} processes` : ""}

Try, besides a browser:
  ${curl} -i ${url}/hello
  curl -i ${http2} ${url}/hello
  ${curl} -i ${url}/hello --next -I ${url}/bytes/1000        two requests, one connection
  ${curl} -T README.md ${url}/echo                           the body comes back
  ${curl} -H 'Expect: 100-continue' -v -d hello ${url}/echo
  ${curl} -N ${url}/bytes/1000000000 -o /dev/null            a stream, at the reader's pace

Ctrl-C ends it.`);
}

function readArguments() {
  try {
    const { values: given } = parseArgs({
      options: {
        port: { type: "string", default: "8080" },
        host: { type: "string", default: "127.0.0.1" },
        workers: { type: "string", default: "1" },
        tls: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (given.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    if (!/^\d{1,5}$/.test(given.port) || Number(given.port) > 65535) throw new Error(`not a port: ${given.port}`);
    if (!/^[1-9]\d{0,2}$/.test(given.workers)) throw new Error(`not a number of workers: ${given.workers}`);
    return given;
  } catch (error) {
    process.stderr.write(`sansio: ${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
