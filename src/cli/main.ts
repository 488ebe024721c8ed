#!/usr/bin/env node
// The `sansio` command: arguments, files, exit codes. decode.ts does the decoding, print.ts the output format.
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { LocalProtocolError, RemoteProtocolError } from "../index.ts";
import { createDecoder, sniff } from "./decode.ts";
import { type Http2Decoder, Join } from "./decode-http2.ts";
import type { Decoder, Protocol, Role } from "./decoder.ts";
import type { Piece } from "./frames.ts";
import { createPrinter, type Printer } from "./print.ts";

const USAGE = `Usage: sansio decode [options] [FILE]
       sansio decode [--json] --client FILE --server FILE

Reads the octets one side of an HTTP connection received, from FILE or standard input, and prints
every event with its octet offset; of HTTP/2 every frame, too. The end of the input is the end of
the connection.

  --role server|client    server: the input is requests (default); client: responses
  --protocol auto|http1|http2
                          auto: what the first octets are (default)
  --request-method M      client: the method of the request that is answered; repeat it, in order,
                          for one response (HTTP/2: stream) after the other (default GET for each)
  --client FILE           what the client sent, and
  --server FILE           what the server sent: both directions of HTTP/2, joined in an order in
                          which they can have been sent
  --json                  one JSON object a line: data is base64, headers are [name, value] pairs
  -h, --help, --version

HTTP/1.1: requests are answered on the quiet (200, and 501 to CONNECT), so that one follows another
on the connection. A proposed upgrade and a CONNECT are thus refused, and what follows is decoded as
HTTP/1.1. After a response that accepts a CONNECT, what follows is not decoded; nothing proposes a
101. An explicit --request-method without a response in the input is an error.
HTTP/2: the other end is taken to have announced the widest settings and windows, and to have opened
the streams that the input speaks of.

Exit status: 0 the input keeps to the protocol, 1 it broke it (in HTTP/2 also on one stream alone),
2 wrong usage, or a file that cannot be read or written.
`;

const OPTIONS = {
  protocol: { type: "string", default: "auto" },
  role: { type: "string" },
  "request-method": { type: "string", multiple: true },
  client: { type: "string" },
  server: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

const PROTOCOLS: readonly (Protocol | "auto")[] = ["auto", "http1", "http2"];
const ROLES: readonly Role[] = ["server", "client"];

class UsageError extends Error {}

// A reader that has seen enough (`| head`) is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  complain(`cannot write: ${error.message}`);
  process.exit();
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  complain(error.message);
}

function complain(message: string): void {
  process.stderr.write(`sansio: ${message}\n\`sansio --help\` says what it takes.\n`);
  process.exitCode = 2;
}

async function run(parameters: string[]): Promise<number> {
  const { values, positionals } = readArguments(parameters);
  if (values.help) return say(USAGE);
  if (values.version) return say(`${version()}\n`);

  const [command, file, ...surplus] = positionals;
  if (command === undefined) throw new UsageError("a command is missing");
  if (command !== "decode") throw new UsageError(`unknown command: ${command}`);
  if (surplus.length > 0) throw new UsageError("only one FILE can be decoded");

  const { protocol, role = "server", client, server, "request-method": methods = [] } = values;
  if (!isOneOf(PROTOCOLS, protocol)) throw new UsageError(`unknown protocol: ${protocol}`);
  const printer = createPrinter(values.json, process.stdout.isTTY === true && process.stdout.hasColors());
  if (client === undefined && server === undefined) {
    return decode(newDecoder(protocol, role, methods, printer), printer, file);
  }
  if (client === undefined || server === undefined) throw new UsageError("--client and --server go together");
  const surplusOptions = [file, values.role, ...methods].some((value) => value !== undefined);
  if (surplusOptions) throw new UsageError("--client and --server are all of the input");
  if (protocol === "http1") throw new UsageError("only HTTP/2 is decoded in both directions");
  return decodeBoth(client, server, protocol === "auto", printer);
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.includes(name as Name);
}

function readArguments(parameters: string[]) {
  try {
    return parseArgs({ args: parameters, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function newDecoder(protocol: Protocol | "auto", role: string, methods: string[], printer: Printer): Decoder {
  if (!isOneOf(ROLES, role)) throw new UsageError(`unknown role: ${role}`);
  if (role === "server" && methods.length > 0) throw new UsageError("--request-method needs --role client");
  try {
    return createDecoder(protocol, role, methods, printer.event);
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    throw new UsageError(`--request-method: ${error.message}`);
  }
}

/** Decodes piece by piece: neither the input nor the output is ever held whole. */
async function decode(decoder: Decoder, printer: Printer, file: string | undefined): Promise<number> {
  const isSound = await told(decoder, printer, async () => {
    for await (const octets of read(file)) {
      decoder.feed(octets);
      await write(printer.take());
    }
    decoder.end();
    if (decoder.switchedAt !== undefined) printer.switched(decoder.switchedAt, decoder.position);
  });
  await write(printer.take());
  return isSound && !decoder.isFaulty ? 0 : 1;
}

/** Runs `work`. Returns false if the input broke the protocol, after printing that as the last thing. */
async function told(decoder: Decoder, printer: Printer, work: () => void | Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    printer.error(error, decoder.base + error.offset, decoder.protocol);
    return false;
  }
}

/**
 * Decodes both directions frame by frame: what the server sent as soon as it can have sent it, else what the client
 * sent.
 */
async function decodeBoth(clientFile: string, serverFile: string, sniffs: boolean, printer: Printer): Promise<number> {
  const ends = { client: printer.from("client"), server: printer.from("server") };
  const join = new Join(ends.client.event, ends.server.event);
  const clients = pieces(join.client, clientFile, sniffs);
  const servers = pieces(join.server, serverFile, false);
  let client = await next(clients);
  let server = await next(servers);
  let isSound = true;
  while (isSound && (client !== null || server !== null)) {
    if (server !== null && (client === null || join.isCaused(server))) {
      const piece = server;
      isSound = await told(join.server, ends.server, () => join.takeServers(piece));
      server = await next(servers);
    } else {
      const piece = client as Piece;
      isSound = await told(join.client, ends.client, () => join.client.take(piece));
      client = await next(clients);
    }
    await write(printer.take());
  }
  for (const end of ["client", "server"] as const) {
    isSound &&= await told(join[end], ends[end], () => join[end].end());
  }
  await write(printer.take());
  return isSound && !join.client.isFaulty && !join.server.isFaulty ? 0 : 1;
}

async function* pieces(decoder: Http2Decoder, file: string, sniffs: boolean): AsyncGenerator<Piece, null> {
  let isFirst = sniffs;
  for await (const octets of read(file)) {
    if (isFirst && sniff("server", octets) === "http1")
      throw new UsageError("only HTTP/2 is decoded in both directions");
    isFirst = false;
    yield* decoder.cut(octets);
  }
  return null;
}

async function next(generator: AsyncGenerator<Piece, null>): Promise<Piece | null> {
  const { value } = await generator.next();
  return value;
}

async function* read(file: string | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* file === undefined || file === "-" ? process.stdin : createReadStream(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`cannot read ${file ?? "standard input"}: ${(error as Error).message}`);
  }
}

async function write(text: string): Promise<void> {
  if (text !== "" && !process.stdout.write(text)) await once(process.stdout, "drain");
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
