// The server's process of the heavy suites: the application on sansio/node, and answers to what its parent asks of memory.
// Beside the application: /sink counts a body, which is read at its own pace.
import { createServer, fetchHandler } from "sansio/node";
import { application } from "../../examples/application.mjs";
import { settledMemory } from "./process.mjs";

const seen = { unhandled: 0, errors: [] };
const answer = fetchHandler(application);
const server = createServer(
  (request, reply) => (request.target === "/sink" ? sink(request, reply) : answer(request, reply)),
  {
    // A busy machine is no reason to close what is used.
    timeouts: { idle: 120_000, head: 120_000, body: 120_000, write: 120_000 },
    onError: (error, request) => seen.errors.push(`${request?.target} ${error.code} ${error.message}`),
  },
);
process.on("unhandledRejection", (error) => {
  seen.unhandled += 1;
  console.error("unhandled in the server:", error);
});
process.on("message", async (message) => {
  if (message === "close") {
    const { unanswered } = await server.close(1_000);
    process.send({ unanswered: unanswered.length });
    process.disconnect();
  } else {
    const { rss, heapUsed } = await settledMemory();
    const errors = seen.errors.splice(0);
    const peak = process.resourceUsage().maxRSS * 1024;
    process.send({ rss, heapUsed, peak, connections: server.connections, unhandled: seen.unhandled, errors });
  }
});
process.send({ port: await server.listen() });

function sink(request, reply) {
  let length = 0;
  request.read({
    data(octets) {
      length += octets.length;
    },
    end() {
      const body = Buffer.from(String(length));
      reply.complete(200, { "Content-Length": String(body.length) }, body);
    },
    error() {},
  });
}
