// Draws the tables of src/http2: what is drawn is what runs. Arrows and their labels come from the tables; only the
// places of the states are written here, and for some arrows how far along them their labels are. A state without a
// place is an error.

/** Returns the arrows of a table, one for each pair of states, with the triggers as labels. */
export function arrowsOfTable(table) {
  const arrows = new Map();
  for (const [from, cells] of Object.entries(table)) {
    for (const [trigger, to] of Object.entries(cells)) {
      const key = `${from} > ${to}`;
      const arrow = arrows.get(key) ?? { key, from, to, labels: [] };
      arrow.labels.push(trigger);
      arrows.set(key, arrow);
    }
  }
  return [...arrows.values()];
}

export function mermaidOfTable(table, begin) {
  const name = (state) => state.replaceAll("-", "_");
  return [
    "stateDiagram-v2",
    "  direction TB",
    ...Object.keys(table).map((state) => `  state "${state}" as ${name(state)}`),
    ...begin.map((state) => `  [*] --> ${name(state)}`),
    ...arrowsOfTable(table).map(({ from, to, labels }) => `  ${name(from)} --> ${name(to)}: ${labels.join("<br/>")}`),
  ].join("\n");
}

const WIDTH = 990;
const BOX = { width: 150, height: 34 };

/** The centres of the boxes; for labels not in the middle of their arrow, the position along it from 0 to 1. */
const PLACES = {
  stream: {
    title: "A stream (RFC 9113 5.1)",
    height: 600,
    states: {
      idle: [495, 40],
      "reserved-local": [100, 130],
      "reserved-remote": [880, 130],
      open: [495, 230],
      "half-closed-remote": [160, 390],
      "half-closed-local": [780, 390],
      closed: [495, 550],
    },
    words: {
      "reserved-local > closed": 0.3,
      "reserved-remote > closed": 0.4,
      "reserved-remote > half-closed-local": 0.35,
      "open > half-closed-remote": 0.45,
      "open > half-closed-local": 0.45,
      "idle > open": 0.3,
      "idle > reserved-local": 0.35,
    },
  },
  message: {
    title: "A message, in each direction of a stream (RFC 9113 8.1)",
    height: 110,
    states: { head: [110, 70], body: [450, 70], ended: [830, 70] },
    words: {},
  },
  reading: {
    title: "What may be received next (RFC 9113 3.4, 6.10)",
    height: 290,
    states: {
      preface: [110, 70],
      settings: [350, 70],
      frames: [590, 70],
      "header-block": [840, 70],
      closed: [350, 240],
      failed: [720, 240],
    },
    words: { "preface > failed": 0.85, "settings > failed": 0.68, "preface > closed": 0.5, "frames > closed": 0.72 },
  },
  ending: {
    title: "How the connection ends (RFC 9113 6.8)",
    height: 380,
    states: {
      open: [110, 60],
      "shutting-down": [560, 60],
      "going-away": [560, 200],
      finished: [840, 200],
      terminated: [560, 340],
    },
    words: {
      "open > going-away": 0.45,
      "open > terminated": 0.4,
      "shutting-down > terminated": 0.7,
      "shutting-down > going-away": 0.25,
    },
  },
};

/** Arrows that would cross a box are bent around it: the control point of a quadratic curve. */
const BENDS = { "shutting-down > terminated": [330, 200], "preface > failed": [330, 230] };

/** Returns one picture of several tables, keyed by the names in PLACES. */
export function svgOfTables(tables) {
  const parts = [];
  let top = 0;
  for (const [name, table] of Object.entries(tables)) {
    parts.push(machine(name, table, top));
    top += PLACES[name].height + 50;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="States of an HTTP/2 connection, its streams and their messages">`,
    "<!-- Drawn by build/draw-http2.mjs from src/http2/stream-states.ts and src/http2/connection-states.ts. -->",
    STYLE,
    `<rect width="${WIDTH}" height="${top}" class="page"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function machine(name, table, top) {
  const { title, states, words } = PLACES[name];
  const place = (state) => {
    if (states[state] === undefined) throw new Error(`build/draw-http2.mjs has no place for "${state}" of ${name}`);
    return states[state];
  };
  const arrows = arrowsOfTable(table);
  for (const key of Object.keys(words)) {
    if (!arrows.some((arrow) => arrow.key === key)) throw new Error(`${name}: no arrow ${key} any more`);
  }
  const drawn = arrows.map((arrow) => {
    const [from, to] = [place(arrow.from), place(arrow.to)];
    const both = arrows.some(({ key }) => key === `${arrow.to} > ${arrow.from}`);
    const { path, x, y } =
      arrow.from === arrow.to ? loop(from) : line(from, to, words[arrow.key] ?? 0.5, both, BENDS[arrow.key]);
    const anchor = arrow.from === arrow.to ? "start" : "middle";
    const begin = arrow.from === arrow.to ? y - 14 * (arrow.labels.length - 1) : y - 7 * (arrow.labels.length - 1);
    const spans = arrow.labels.map((label, index) => `<tspan x="${x}" dy="${index === 0 ? 0 : 14}">${label}</tspan>`);
    return `<path d="${path}" class="arrow"/><text x="${x}" y="${begin}" text-anchor="${anchor}">${spans.join("")}</text>`;
  });
  const boxes = Object.keys(table).map((state) => {
    const [x, y] = place(state);
    return [
      `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="8" class="box"/>`,
      `<text x="${x}" y="${y + 4}" text-anchor="middle" class="name">${state}</text>`,
    ].join("");
  });
  return [
    `<g transform="translate(0 ${top})">`,
    `<text x="20" y="26" class="title">${title}</text>`,
    '<g transform="translate(0 34)">',
    ...drawn,
    ...boxes,
    "</g>",
    "</g>",
  ].join("\n");
}

/** An arrow around the upper right corner of a box, with its label above. */
function loop([x, y]) {
  const [right, up] = [x + BOX.width / 2, y - BOX.height / 2];
  const path = `M${right - 26} ${up} C${right - 20} ${up - 26} ${right + 26} ${up - 12} ${right} ${y - 6}`;
  return { path, x: right - 30, y: up - 26 };
}

/** An arrow from border to border. If there is one each way, they are set apart. */
function line(from, to, share, both, bend) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const shift = both ? 8 : 0;
  const [sx, sy] = [(-dy / length) * shift, (dx / length) * shift];
  const towards = bend ?? to;
  const back = bend ?? from;
  const begin = border(from, towards);
  const end = border(to, back);
  const a = [round(begin[0] + sx), round(begin[1] + sy)];
  const b = [round(end[0] + sx), round(end[1] + sy)];
  if (bend === undefined) {
    const x = round(a[0] + (b[0] - a[0]) * share);
    return { path: `M${a[0]} ${a[1]} L${b[0]} ${b[1]}`, x, y: round(a[1] + (b[1] - a[1]) * share + 4) };
  }
  const at = (i) => round((1 - share) ** 2 * a[i] + 2 * share * (1 - share) * bend[i] + share ** 2 * b[i]);
  return { path: `M${a[0]} ${a[1]} Q${bend[0]} ${bend[1]} ${b[0]} ${b[1]}`, x: at(0), y: at(1) + 4 };
}

/** Returns where the line from the centre of a box towards a point leaves the box. */
function border([x, y], [towardsX, towardsY]) {
  const [dx, dy] = [towardsX - x, towardsY - y];
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : BOX.height / 2 / Math.abs(dy),
  );
  return [x + dx * scale, y + dy * scale];
}

function round(value) {
  return Math.round(value * 10) / 10;
}

const STYLE = `<style>
  .page { fill: #ffffff; }
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2937; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  .title { font-size: 18px; font-weight: 600; }
  .name { font-weight: 600; stroke: none; }
  .box { fill: #eef4fb; stroke: #3b6ea5; stroke-width: 1.5; }
  .arrow { fill: none; stroke: #374151; stroke-width: 1.5; marker-end: url(#head); }
</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 1 L9 5 L0 9 z" fill="#374151"/></marker></defs>`;
