// A server without an event loop: it reads descriptor 0 and writes descriptor 1, and the process waits in read(2). As inetd
// and systemd's Accept=yes start one for each connection, whose socket is both descriptors.
import { readSync, writeSync } from "node:fs";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const { connection, handle } = greeter();
while (!isOver(connection)) {
  // A new buffer for each read: what was fed belongs to the connection.
  const buffer = new Uint8Array(16 * 1024);
  const length = readSync(0, buffer);
  if (length === 0) connection.feedEof();
  else connection.feed(buffer.subarray(0, length));
  writeAll(turn(connection, handle));
}

function writeAll(octets) {
  for (let at = 0; at < octets.length; ) at += writeSync(1, octets, at);
}
