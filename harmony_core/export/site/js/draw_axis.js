// Numbers of one kind on one axis: a prediction, the result, and what is behind it.
//
// A hollow diamond is what was predicted, a filled circle the result; every method has a colour and
// a shape. Small dots are single seeds, a line is the interval of their mean. Every number stands
// beside its row too, and all are repeated as a table.
import { el } from "../../../viewer/js/draw/dom.js";
import { plain } from "./expression.js";

const TICKS = 5;
const STEPS = [1, 2, 2.5, 5, 10];
const MARKERS = ["circle", "square", "triangle", "diamond", "plus", "star", "wedge", "hexagon"];
const NEAR = "A prediction in the shaded part counts as right.";
const SEEDS = "Small dots are single seeds, the line is a 95 % interval of their mean.";

/** The axis as a figure that follows the width of its column. */
export function drawAxis(axis) {
  const seeded = axis.marks.some(({ dots }) => dots.length);
  const ticks = ticksOf(axis.low, axis.high).map((tick) => {
    return placed(el("span", { text: plain(tick) }), axis, tick);
  });
  const notes = [axis.near && NEAR, seeded && SEEDS].filter(Boolean);
  return el(
    "figure",
    { class: seeded ? "one-axis seeded" : "one-axis" },
    el("figcaption", {}, `${axis.title} `, el("span", { text: axis.unit })),
    ...axis.marks.map((mark) => row(axis, mark)),
    el(
      "div",
      { class: "axis-row axis-ticks", "aria-hidden": "true" },
      el("div"),
      el("div", {}, ...ticks),
      el("div"),
    ),
    notes.length ? el("p", { class: "axis-note", text: notes.join(" ") }) : null,
    table(axis, seeded),
  );
}

/** About five round numbers from low to high. */
function ticksOf(low, high) {
  const rough = (high - low) / TICKS;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((s) => s * size).find((s) => s >= rough * 0.999);
  const ticks = [];
  const last = Math.floor(high / step + 1e-9);
  for (let i = Math.ceil(low / step - 1e-9); i <= last; i++) ticks.push(i * step);
  return ticks;
}

function row(axis, mark) {
  const inside = [];
  if (axis.low < 0 && axis.high > 0) inside.push(piece(axis, "axis-zero", 0));
  if (mark.kind === "guess" && axis.near) inside.push(bar(axis, "axis-near", ...axis.near));
  if (mark.high > mark.low) {
    const kind = mark.value === null ? "axis-range" : "axis-interval";
    inside.push(bar(axis, kind, mark.low, mark.high));
  }
  inside.push(...mark.dots.map((dot) => piece(axis, "axis-seed", dot)));
  if (mark.value !== null) inside.push(piece(axis, `axis-mark axis-${shape(mark)}`, mark.value));
  const track = el("div", { class: "axis-track", "aria-hidden": "true" }, ...inside);
  if (mark.method !== null) track.style.color = `var(--m${mark.method % 8})`;
  const bet = mark.yours && mark.kind !== "guess";
  const label = el("div", {}, mark.label, bet ? el("em", { text: "your prediction" }) : null);
  const kind = `axis-row ${mark.kind}${bet ? " yours" : ""}`;
  return el("div", { class: kind }, label, track, el("div", { text: mark.said }));
}

function shape(mark) {
  if (mark.kind === "guess") return "hollow";
  if (mark.kind === "result" || mark.method === null) return "circle";
  return MARKERS[mark.method % MARKERS.length];
}

function placed(node, axis, value) {
  node.style.left = `${share(axis, value).toFixed(2)}%`;
  return node;
}

function piece(axis, kind, value) {
  return placed(el("i", { class: kind }), axis, value);
}

function bar(axis, kind, low, high) {
  const node = piece(axis, kind, low);
  node.style.width = `${(share(axis, high) - share(axis, low)).toFixed(2)}%`;
  return node;
}

/** Where a value is, in percent of the axis. */
function share(axis, value) {
  return 100 * Math.max(0, Math.min(1, (value - axis.low) / (axis.high - axis.low)));
}

function table(axis, seeded) {
  const value = axis.unit ? `Value, ${axis.unit}` : "Value";
  const heads = ["", value, ...(seeded ? ["Single seeds"] : [])];
  const rows = axis.marks.map((mark) => {
    const cells = [mark.said, ...(seeded ? [mark.dots.map(plain).join(", ")] : [])];
    const head = el("th", { scope: "row", text: mark.label });
    return el("tr", {}, head, ...cells.map((text) => el("td", { text })));
  });
  const top = heads.map((text) => (text ? el("th", { scope: "col", text }) : el("td")));
  const body = el("table", {}, el("thead", {}, el("tr", {}, ...top)), el("tbody", {}, ...rows));
  const box = { class: "figures", tabindex: "0", role: "region", "aria-label": axis.title };
  const name = `${axis.title}, as a table`;
  const summary = el("summary", { "aria-label": name, text: "as a table" });
  return el("details", {}, summary, el("div", box, body));
}
