// Draws the tables of src/http1/states.ts: what is drawn is what runs. Arrows and their labels come from the tables;
// only their places on the page are written here, and an arrow without a place is an error.

/**
 * Returns the arrows of one side: "event" ones (drawn solid), and "state" ones (dashed) that follow from the joint
 * state.
 */
export function arrowsOf(role, onEvent, onState) {
  const arrows = new Map();
  const add = (from, to, kind, label) => {
    const key = `${from} > ${to}`;
    const arrow = arrows.get(key) ?? { key, from, to, kind, labels: [] };
    arrow.labels.push(label);
    arrows.set(key, arrow);
  };
  for (const [from, cells] of Object.entries(onEvent[role])) {
    for (const [trigger, to] of Object.entries(cells)) add(from, to, "event", trigger);
  }
  for (const { when, then } of onState) {
    if (role in then) add(when[role], then[role], "state", conditionOf(role, when));
  }
  return [...arrows.values()];
}

/** Returns what a rule requires besides the state of its own side. */
function conditionOf(role, when) {
  const other = role === "client" ? "server" : "client";
  const words = [];
  if (when[other] !== undefined) words.push(`${other} is ${when[other]}`);
  if (when.keepAlive !== undefined) words.push(when.keepAlive ? "keep-alive" : "no keep-alive");
  if (when.switchPending !== undefined)
    words.push(when.switchPending ? "a switch is proposed" : "no switch is proposed");
  return words.join(", ");
}

export function mermaid(role, onEvent, onState) {
  const name = (state) => state.replaceAll("-", "_");
  const states = Object.keys(onEvent[role]);
  return [
    "stateDiagram-v2",
    "  direction TB",
    ...states.map((state) => `  state "${state}" as ${name(state)}`),
    "  [*] --> idle",
    ...arrowsOf(role, onEvent, onState).map(({ from, to, kind, labels }) => {
      const words = kind === "state" ? labels.map((label) => `(${label})`) : labels;
      return `  ${name(from)} --> ${name(to)}: ${words.join("<br/>")}`;
    }),
  ].join("\n");
}

// --- the drawn picture -------------------------------------------------------------------------------------------

const WIDTH = 990;
const BOX = { width: 166, height: 34 };

/** The centres of the boxes; for each arrow its path and the position of its label: x, y, anchor. */
const PLACES = {
  client: {
    height: 420,
    states: {
      idle: [430, 40],
      "send-body": [430, 150],
      done: [430, 260],
      "might-switch-protocol": [100, 260],
      "switched-protocol": [100, 370],
      "must-close": [590, 370],
      closed: [770, 150],
      error: [100, 40],
    },
    arrows: {
      "idle > send-body": ["M430 57 V133", 436, 99, "start"],
      "idle > closed": ["M508 40 H730 Q770 40 770 80 V133", 630, 34, "middle"],
      "idle > must-close": ["M508 30 Q514 14 530 14 H940 Q960 14 960 34 V350 Q960 370 940 370 H673", 952, 386, "end"],
      "send-body > send-body": ["M485 133 C490 100 540 105 513 142", 526, 112, "start"],
      "send-body > done": ["M430 167 V243", 436, 209, "start"],
      "send-body > closed": ["M508 150 H687", 598, 144, "middle"],
      "done > closed": ["M508 260 H690 Q730 260 730 220 V167", 620, 254, "middle"],
      "done > must-close": ["M490 277 L568 353", 546, 312, "start"],
      "done > might-switch-protocol": ["M352 252 H183", 265, 246, "middle"],
      "might-switch-protocol > done": ["M183 268 H347", 270, 283, "middle"],
      "might-switch-protocol > switched-protocol": ["M100 277 V353", 106, 319, "start"],
      "must-close > closed": ["M650 353 L650 340 Q650 320 670 320 H750 Q770 320 770 300 V167", 702, 337, "start"],
      "closed > closed": ["M850 140 C885 120 885 180 853 160", 940, 190, "end"],
    },
  },
  server: {
    height: 500,
    states: {
      idle: [430, 40],
      "send-response": [430, 150],
      "send-body": [430, 260],
      done: [430, 370],
      "switched-protocol": [100, 150],
      "must-close": [590, 450],
      closed: [770, 200],
      error: [100, 40],
    },
    arrows: {
      "idle > send-response": ["M430 57 V133", 436, 99, "start"],
      "idle > send-body": ["M370 57 Q225 150 375 243", 312, 102, "end"],
      "idle > closed": ["M508 40 H730 Q770 40 770 80 V183", 690, 58, "middle"],
      "idle > must-close": ["M508 30 Q514 14 530 14 H940 Q960 14 960 34 V430 Q960 450 940 450 H673", 952, 466, "end"],
      "send-response > send-response": ["M485 133 C490 100 540 105 513 142", 526, 112, "start"],
      "send-response > send-body": ["M430 167 V243", 436, 209, "start"],
      "send-response > switched-protocol": ["M352 150 H183", 242, 172, "middle"],
      "send-response > closed": ["M513 158 H620 Q640 158 640 178 V180 Q640 200 660 200 H687", 575, 174, "middle"],
      "send-body > send-body": ["M485 243 C490 210 540 215 513 252", 526, 222, "start"],
      "send-body > done": ["M430 277 V353", 436, 319, "start"],
      "done > closed": ["M508 370 H690 Q730 370 730 330 V217", 620, 364, "middle"],
      "done > must-close": ["M475 387 L535 433", 502, 432, "end"],
      "must-close > closed": ["M668 440 H730 Q770 440 770 400 V217", 702, 426, "middle"],
      "closed > closed": ["M850 190 C885 170 885 230 853 210", 940, 240, "end"],
    },
  },
};

export function svg(onEvent, onState) {
  const heights = [PLACES.client.height, PLACES.server.height].map((height) => height + 40);
  const total = heights[0] + heights[1] + 46;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img" aria-label="States of the client's and the server's side of an HTTP/1.1 connection">`,
    "<!-- Drawn by build/draw.mjs from src/http1/states.ts. -->",
    STYLE,
    `<rect width="${WIDTH}" height="${total}" class="page"/>`,
    side("client", onEvent, onState, 0),
    side("server", onEvent, onState, heights[0]),
    `<g transform="translate(20 ${heights[0] + heights[1] + 14})">`,
    '<path d="M0 0 H50" class="arrow event"/><text x="60" y="4">an event, sent or received</text>',
    '<path d="M240 0 H290" class="arrow state"/><text x="300" y="4">follows at once when the joint state is so</text>',
    '<text x="580" y="4">An event without an arrow is refused.</text>',
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function side(role, onEvent, onState, top) {
  const places = PLACES[role];
  const boxes = Object.keys(onEvent[role]).map((state) => {
    const [x, y] = placeOf(role, "states", state);
    return [
      `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="8" class="box"/>`,
      `<text x="${x}" y="${y + 4}" text-anchor="middle" class="name">${state}</text>`,
    ].join("");
  });
  const arrows = arrowsOf(role, onEvent, onState).map((arrow) => {
    const [path, x, y, anchor] = placeOf(role, "arrows", arrow.key);
    const lines = arrow.labels.map((label, index) => `<tspan x="${x}" dy="${index === 0 ? 0 : 15}">${label}</tspan>`);
    return `<path d="${path}" class="arrow ${arrow.kind}"/><text x="${x}" y="${y}" text-anchor="${anchor}">${lines.join("")}</text>`;
  });
  for (const key of Object.keys(places.arrows)) {
    if (!arrowsOf(role, onEvent, onState).some((arrow) => arrow.key === key))
      throw new Error(`${role}: no arrow ${key} any more`);
  }
  return [
    `<g transform="translate(0 ${top})">`,
    `<text x="20" y="30" class="title">The ${role}'s side</text>`,
    '<g transform="translate(0 20)">',
    ...arrows,
    ...boxes,
    '<text x="20" y="76">a RemoteProtocolError puts the</text><text x="20" y="91">peer\'s side here, sendFailed()</text><text x="20" y="106">the own side</text>',
    "</g>",
    "</g>",
  ].join("\n");
}

function placeOf(role, kind, key) {
  const place = PLACES[role][kind][key];
  if (place === undefined) throw new Error(`build/draw.mjs has no place for "${key}" of the ${role}'s side`);
  return place;
}

const STYLE = `<style>
  .page { fill: #ffffff; }
  text { font: 12.5px ui-sans-serif, system-ui, sans-serif; fill: #1f2937; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  .title { font-size: 18px; font-weight: 600; }
  .name { font-weight: 600; stroke: none; }
  .box { fill: #eef4fb; stroke: #3b6ea5; stroke-width: 1.5; }
  .arrow { fill: none; stroke: #374151; stroke-width: 1.5; marker-end: url(#head); }
  .state { stroke-dasharray: 5 4; stroke: #9a5b13; }
</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 1 L9 5 L0 9 z" fill="#374151"/></marker></defs>`;
