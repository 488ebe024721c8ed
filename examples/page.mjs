// @ts-check
// The page at /: the request as the parser saw it. All of it comes from a stranger, so all of it is escaped.

/**
 * @param {import("sansio/node").ServerRequest} request
 * @param {import("sansio").HeaderFields} trailerFields
 * @param {number} bodyOctets
 */
export function renderPage(request, trailerFields, bodyOctets) {
  const host = request.authority || "127.0.0.1:8080";
  const offset = "offset" in request.head ? Number(request.head.offset) : "";
  const fields = request.headers.raw();
  const rows = fields.map(([name, value]) => `<tr><th scope="row">${show(name)}</th><td>${show(value)}</td></tr>`);
  const trailers = trailerFields
    .raw()
    .map(([name, value]) => `<tr><th scope="row">${show(name)}</th><td>${show(value)}</td></tr>`);
  const body = bodyOctets === 0 ? "" : event("data", "", `${bodyOctets.toLocaleString("en")} octets`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>sansio: your request</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230f766e'/%3E%3Cpath d='M4 6h8M4 10h5' stroke='white' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E">
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="name">sansio</p>
<h1>Your request, as the parser saw it</h1>
<p>A socket brought the octets, <code>feed</code> took them, and <code>nextEvent</code> gave this.</p>
</header>
<ol class="events">
${event(
  "request",
  offset,
  `<p class="line"><b id="method">${show(request.method)}</b> <span id="target">${show(request.target)}</span> <span id="version">HTTP/${show(request.httpVersion)}</span></p>
<table id="fields"><caption>${fields.length} field${fields.length === 1 ? "" : "s"}, in wire order, names as sent</caption>
${rows.join("\n")}
</table>`,
)}
${body}
${event("end-of-message", "", trailers.length === 0 ? "" : `<table><caption>Trailers</caption>\n${trailers.join("\n")}\n</table>`)}
</ol>
<section>
<h2>Try next</h2>
<ul class="links"><li><a href="/hello">/hello</a> a fixed answer</li><li><a href="/bytes/1000">/bytes/1000</a> a chunked stream</li></ul>
<form method="post" action="/echo" enctype="text/plain">
<label for="text">Send something to <code>/echo</code></label>
<div class="row"><input id="text" name="text" value="Hello" autocomplete="off"><button>Send</button></div>
</form>
<pre><code>curl -i http://${show(host)}/hello
curl -T README.md http://${show(host)}/echo
curl -N http://${show(host)}/bytes/1000000 -o /dev/null</code></pre>
</section>
</main>
</body>
</html>
`;
}

/**
 * @param {string} type
 * @param {number | ""} offset
 * @param {string} html
 */
function event(type, offset, html) {
  const at = offset === "" ? "" : `<span class="offset">octet ${offset.toLocaleString("en")}</span>`;
  return `<li><p class="type"><code>${type}</code>${at}</p>${html}</li>`;
}

/**
 * Returns octets as escaped text; those that are not visible ASCII become \xNN.
 * @param {string} octets one character per octet
 */
function show(octets) {
  return octets.replace(/[^ -~]|[&<>"']/g, (character) => {
    const code = character.charCodeAt(0);
    return code > 0x20 && code < 0x7f ? `&#${code};` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

const STYLE = `
:root { color-scheme: light dark; --ink: #17202a; --soft: #5b6672; --paper: #f6f7f5; --card: #fff; --line: #dfe3e0; --accent: #0f766e; --tint: #e3f1ef; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebea; --soft: #9aa6a8; --paper: #101414; --card: #181e1e; --line: #2b3434; --accent: #5eead4; --tint: #16302d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
.name { margin: 0; color: var(--accent); font-weight: 700; letter-spacing: .04em; }
h1 { margin: .1rem 0 .4rem; font-size: clamp(1.5rem, 4.5vw, 2.1rem); line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
header p:last-child { margin: 0; text-wrap: pretty; color: var(--soft); }
code, .line, td, th, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875rem; }
p code, label code { font-size: .9em; }
.events { list-style: none; margin: 1.75rem 0 0; padding: 0 0 0 1.5rem; border-left: 2px solid var(--line); }
.events li { position: relative; margin: 0 0 1.25rem; padding: .9rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.events li:last-child { margin-bottom: 0; }
.events li::before { content: ""; position: absolute; left: calc(-1.5rem - 8px); top: 1.15rem; width: 12px; height: 12px; border-radius: 50%; background: var(--accent); border: 3px solid var(--paper); box-sizing: content-box; margin-left: -2px; }
.type { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; margin: 0; }
.type code { padding: .1rem .5rem; border-radius: .4rem; background: var(--tint); color: var(--accent); font-weight: 600; }
.offset { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.line { margin: .8rem 0 0; font-size: 1rem; overflow-wrap: anywhere; }
.line #version { color: var(--soft); }
table { width: 100%; margin-top: .7rem; border-collapse: collapse; }
caption { padding-bottom: .35rem; text-align: left; color: var(--soft); font-size: .85rem; }
th, td { padding: .4rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { width: 30%; padding-right: 1.25rem; font-weight: 600; }
section > * + * { margin-top: 1rem; }
.links { padding-left: 1.1rem; color: var(--soft); }
a { color: var(--accent); }
label { display: block; margin-bottom: .4rem; color: var(--soft); }
.row { display: flex; gap: .6rem; }
input, button { font: inherit; padding: .5rem .8rem; border-radius: .5rem; border: 1px solid var(--line); background: var(--card); color: inherit; }
input { flex: 1; min-width: 0; }
button { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
pre { margin-bottom: 0; padding: 1rem 1.1rem; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; line-height: 1.7; }
@media (max-width: 34rem) { th, td { display: block; width: auto; border-top: 0; padding: 0; } th { border-top: 1px solid var(--line); padding-top: .5rem; } td { padding-bottom: .5rem; } }
`;
