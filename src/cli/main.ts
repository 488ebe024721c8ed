#!/usr/bin/env node
// The `sansio` command: arguments, files, exit codes. What is decoded is decode.ts's, how it looks print.ts's.
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { LocalProtocolError, RemoteProtocolError } from "../index.ts";
import { createDecoder, type Decoder } from "./decode.ts";
import { createPrinter, type Printer } from "./print.ts";

const USAGE = `Usage: sansio decode [options] [FILE]

Reads the octets one side of an HTTP/1.1 connection received, from FILE or standard input,
and prints every event with its octet offset. The end of the input is the end of the connection.

  --role server|client    server: the input is requests (default); client: responses
  --request-method M      client: the method of the request that is answered; repeat it, in order,
                          for one response after the other (default GET for each)
  --protocol http1        the protocol (default and only one)
  --json                  one JSON object a line: data is base64, headers are [name, value] pairs
  --help, --version

Requests are answered on the quiet (200, and 501 to CONNECT), so that one follows another on the
connection. A proposed upgrade and a CONNECT are thus refused, and what follows is decoded as HTTP/1.1.
After a response that accepts a CONNECT, what follows is not decoded; nothing proposes a 101.
An explicit --request-method without a response in the input is an error.

Exit status: 0 the input is HTTP/1.1, 1 it broke the protocol, 2 wrong usage.
`;

const OPTIONS = {
  protocol: { type: "string", default: "http1" },
  role: { type: "string", default: "server" },
  "request-method": { type: "string", multiple: true },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  version: { type: "boolean", default: false },
} as const;

class UsageError extends Error {}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`sansio: ${error.message}\n\n${USAGE}`);
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
  if (values.protocol !== "http1") throw new UsageError(`unknown protocol: ${values.protocol}`);

  const printer = createPrinter(values.json, process.stdout.isTTY === true && process.stdout.hasColors());
  return decode(newDecoder(values.role, values["request-method"] ?? [], printer), printer, file);
}

function readArguments(parameters: string[]) {
  try {
    return parseArgs({ args: parameters, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function newDecoder(role: string, methods: string[], printer: Printer): Decoder {
  if (role !== "server" && role !== "client") throw new UsageError(`unknown role: ${role}`);
  if (role === "server" && methods.length > 0) throw new UsageError("--request-method needs --role client");
  try {
    return createDecoder(role, methods, printer.event);
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    throw new UsageError(`--request-method: ${error.message}`);
  }
}

/** Piece by piece: neither the input nor the output is ever held whole. */
async function decode(decoder: Decoder, printer: Printer, file: string | undefined): Promise<number> {
  let exitCode = 0;
  try {
    for await (const octets of read(file)) {
      decoder.feed(octets);
      await write(printer.take());
    }
    decoder.end();
    if (decoder.switchedAt !== undefined) printer.switched(decoder.switchedAt, decoder.position);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    printer.error(error, decoder.base + error.offset);
    exitCode = 1;
  }
  await write(printer.take());
  return exitCode;
}

async function* read(file: string | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* file === undefined || file === "-" ? process.stdin : createReadStream(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
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
