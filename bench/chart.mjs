// @ts-check
// Draws bar charts as SVG, simple enough to write by hand, and readable on light and dark pages.

/**
 * @typedef {object} Bar
 * @property {string} label
 * @property {number} value the length of the bar
 * @property {string} text written after the bar
 * @property {boolean} ours
 */
/**
 * @typedef {object} Group
 * @property {string} title
 * @property {Bar[]} bars
 */

const WIDTH = 800;
const LABELS = 190;
const TEXTS = 190;
const MARGIN = 20;
const BAR = 18;
const GAP = 6;
const GROUP = 34;

const STYLE = `
  .page { fill: #ffffff; stroke: #d0d7de; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .group { font-weight: 600; }
  .quiet { fill: #59636e; }
  .ours { fill: #1a7f37; }
  .theirs { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .ours { fill: #3fb950; }
    .theirs { fill: #656c76; }
  }
`;

/**
 * @param {{ title: string, subtitle: string, groups: Group[], caption: string }} chart
 * @returns {string}
 */
export function drawBars({ title, subtitle, groups, caption }) {
  const parts = [];
  let top = MARGIN + 16;
  parts.push(text(MARGIN, top, title, "title"));
  top += 20;
  parts.push(text(MARGIN, top, subtitle, "quiet"));
  for (const group of groups) {
    const longest = Math.max(...group.bars.map(({ value }) => value));
    top += GROUP;
    parts.push(text(MARGIN, top, group.title, "group"));
    top += 10;
    for (const { label, value, text: note, ours } of group.bars) {
      const length = Math.max(1, (value / longest) * (WIDTH - 2 * MARGIN - LABELS - TEXTS));
      const left = MARGIN + LABELS;
      parts.push(text(left - 8, top + 13, label, "", "end"));
      parts.push(
        `<rect class="${ours ? "ours" : "theirs"}" x="${left}" y="${top}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
      );
      parts.push(text(Math.round(left + length) + 8, top + 13, note, "quiet"));
      top += BAR + GAP;
    }
  }
  top += 24;
  parts.push(text(MARGIN, top, caption, "quiet"));
  const height = top + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeMarkup(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** @param {number} x @param {number} y @param {string} content @param {string} style @param {string} [anchor] */
function text(x, y, content, style, anchor) {
  const attributes = `${style === "" ? "" : ` class="${style}"`}${anchor === undefined ? "" : ` text-anchor="${anchor}"`}`;
  return `<text x="${x}" y="${y}"${attributes}>${escapeMarkup(content)}</text>`;
}

/** @param {string} content */
function escapeMarkup(content) {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
