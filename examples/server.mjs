// @ts-check
// `npm start`: an HTTP/1.1 server on node:net that uses nothing of sansio but its public names.
import { parseArgs } from "node:util";
import { route } from "./handlers.mjs";
import { serve } from "./serve.mjs";

const USAGE = `Usage: npm start -- [--port N] [--host ADDRESS]

  --port N        TCP port, 0 for a free one (default 8080)
  --host ADDRESS  address to listen on (default 127.0.0.1)
  --help          this text
`;

const { port, host } = readArguments();
const server = await serve(route, { port, host }).catch((error) => {
  console.error(`sansio: cannot listen on ${host} port ${port}: ${error.message}`);
  process.exit(1);
});
const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;

console.log(`sansio serves HTTP/1.1 at ${url}

Try, besides a browser:
  curl -i ${url}/hello
  curl -i ${url}/hello --next -I ${url}/bytes/1000        two requests, one connection
  curl -T README.md ${url}/echo                           the body comes back
  curl -H 'Expect: 100-continue' -v -d hello ${url}/echo
  curl -N ${url}/bytes/1000000000 -o /dev/null            a chunked stream, at the reader's pace
  printf 'GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n' | nc ${host} ${server.port}     what a malformed request gets

Ctrl-C ends it.`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, close);

/** The first signal lets answers in progress end; `once` leaves the second to Node, which kills. */
async function close() {
  await server.stop();
  process.exit(0);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "8080" },
        host: { type: "string", default: "127.0.0.1" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Error(`not a port: ${values.port}`);
    return { port: Number(values.port), host: values.host };
  } catch (error) {
    process.stderr.write(`sansio: ${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
