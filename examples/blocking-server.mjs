// A server without an event loop: it reads descriptor 0 and writes descriptor 1, and the process blocks in read(2).
// inetd, or systemd with Accept=yes, starts one such process per connection, with the socket as both descriptors.
import { readSync, writeSync } from "node:fs";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const { connection, handle } = greeter();
while (!isOver(connection)) {
  // A new buffer for each read, because the connection keeps what it is fed.
  const buffer = new Uint8Array(16 * 1024);
  const length = readSync(0, buffer);
  if (length === 0) connection.feedEof();
  else connection.feed(buffer.subarray(0, length));
  writeAll(turn(connection, handle));
}

function writeAll(octets) {
  for (let at = 0; at < octets.length; ) at += writeSync(1, octets, at);
}
