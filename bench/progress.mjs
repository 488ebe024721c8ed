// @ts-check
// Shows progress on standard error: one line that is rewritten on a terminal, else a line whenever something new
// begins.

/** @param {NodeJS.WriteStream} [stream] */
export function makeProgress(stream = process.stderr) {
  let last = "";
  return {
    /** @param {string} what @param {number} [part] from 0 to 1 */
    show(what, part = 0) {
      if (stream.isTTY) {
        const line = `${what} ${Math.floor(part * 100)} %`;
        if (line !== last) stream.write(`\r\x1b[K${line}`);
        last = line;
      } else if (what !== last) {
        stream.write(`${what}\n`);
        last = what;
      }
    },
    clear() {
      if (stream.isTTY) stream.write("\r\x1b[K");
      last = "";
    },
  };
}
