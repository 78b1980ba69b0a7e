// A number of every class over epochs: one small chart per method, one line per class.
import { choiceRow, named } from "../controls/choices.js";
import { NUMBERS, farthestFromOne, knownNumbers, numberRows } from "../data/class_numbers.js";
import { powerTicks, ticks } from "../draw/axis.js";
import { lineKey, linesOf } from "../controls/class_lines.js";
import { describe } from "../draw/describe.js";
import { el, svg } from "../draw/dom.js";
import { epochAxes } from "../draw/epoch_axes.js";
import { cellText } from "../draw/format.js";
import { shapeMark } from "../draw/marks.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";
import { shapePath } from "../draw/shapes.js";

export default {
  title: "What each class counts for, over epochs",
  caption: [
    "One chart per method, one line per class; the charts of a row share one axis.",
    "The pull is the gradient that the samples of a class contribute,",
    "over what they would contribute under cross-entropy, which has 1 everywhere.",
    "It compares all methods: a method that shifts the boundary pulls without any weight.",
    "A line ends where every recorded sample of the class is learned.",
    "The weight that multiplies a sample's loss is a product of two parts.",
    "The part between classes (inter) is the same for all samples of a class:",
    "lines far apart mean that some classes count more than others.",
    "The part inside a class (intra) depends on how hard a sample is;",
    "where its mean is not 1, difficulty also changes how much the whole class counts.",
  ],
  parts: ["effects"],
  legend: true,
  scoped: true,
  create: (view) => new ClassLines(view),
};

const LINES = { top: 12, bottom: 40, left: 54, right: 22, height: 270, low: 190 };
const AXIS = { left: LINES.left, top: LINES.top, gap: 7, drop: 17, side: 9 };
const SPLIT = ["intra_weight", "inter_weight", "mean_weight"];
const SPLIT_TITLES = [
  "Intra part: mean over the class's samples, by difficulty",
  "Inter part: by class alone",
  "Their product: the mean weight",
];
const UNSPLIT = [
  "This run was recorded before intra and inter weight were recorded separately;",
  "only their product is known. Train it again to see both.",
].join(" ");
const SCALES = [
  ["auto", "Auto", "Logarithmic where the values span more than a factor of 12"],
  ["linear", "Linear"],
  ["log", "Log"],
];
const LINED = [
  ["groups", "Head, medium and tail", "The mean of the classes of each group that have the number"],
  ["classes", "Classes shown", "One line for each class of the page"],
];
const MEANS = "Means over all classes of each group; Classes shown draws those of the page.";
/** Classes above which lines and marks are drawn smaller. */
const MANY = 12;
/** How far from 1 a number may be and still count as 1. */
const ALIKE = 1e-4;
/** The least height of an axis as a share of its largest value. */
const SPAN = 0.1;

class ClassLines {
  constructor(view) {
    this.view = view;
    this.choice = "pull";
    this.log = null;
    this.grouped = true;
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.note = el("p", { class: "hv-quiet hv-found" });
    this.grid = el("div", { class: "hv-lines" });
    this.tip = el("div", { class: "hv-tip", hidden: true, "aria-hidden": "true" });
    this.node = el("div", { class: "hv-plotbox" }, this.tools, this.note, this.grid, this.tip);
  }

  build() {
    const known = knownNumbers(this.view.store);
    const split = known.includes("inter_weight");
    if (this.choice === "split" ? !split : !known.includes(this.choice))
      this.choice = split ? "split" : "mean_weight"; // recorded before the pull was
    this.drawn = linesOf(this.view, this.view.scope.many && this.grouped);
    const ids = this.choice === "split" ? SPLIT : [this.choice];
    this.rows = ids.map((id) => this.row(id));
    this.panels = this.rows.flatMap((row) => row.panels);
    this.grid.replaceChildren(...this.rows.map(({ node }) => node));
    for (const row of this.rows) this.domain(row);
    this.buildTools(known, split);
    this.heading.textContent =
      this.choice === "split"
        ? "What the weight of each class is made of, over epochs"
        : NUMBERS[this.choice].title;
    const { scope } = this.view;
    const key = scope.many && this.grouped ? lineKey(this.drawn) : [];
    this.note.replaceChildren(...key, split ? "" : UNSPLIT);
    if (scope.many) this.partNote.textContent = this.grouped ? MEANS : `${scope.words}.`;
    this.size();
  }

  rescope() {
    this.build();
  }

  buildTools(known, split) {
    const numbers = known.map((id) => [id, NUMBERS[id].label]);
    const at = numbers.findIndex(([id]) => id === "mean_weight");
    if (split) numbers.splice(at, 0, ["split", "Intra, inter, product"]);
    const lined = choiceRow("Lines", LINED, this.grouped ? "groups" : "classes", (v) => {
      this.grouped = v === "groups";
      this.again();
    });
    this.tools.replaceChildren(
      choiceRow("Number shown", numbers, this.choice, (id) => {
        this.choice = id;
        this.log = null;
        this.again();
      }),
      named(
        choiceRow("Scale", SCALES, this.log == null ? "auto" : this.log ? "log" : "linear", (v) => {
          this.log = v === "auto" ? null : v === "log";
          this.again();
        }),
      ),
    );
    if (this.view.scope.many) this.tools.prepend(named(lined));
  }

  again() {
    const focused = this.tools.getRootNode().activeElement?.closest?.("[role=radiogroup]");
    const label = focused?.getAttribute("aria-label");
    this.build();
    this.draw(this.view.player.index);
    if (label) this.tools.querySelector(`[aria-label="${label}"] [aria-checked=true]`)?.focus();
  }

  /** One number of all methods: charts beside each other that share an axis. */
  row(id) {
    const { store } = this.view;
    const whole = this.choice !== "split";
    const row = { id, metric: NUMBERS[id], height: whole ? LINES.height : LINES.low };
    row.panels = store.methods.map((label, m) => this.panel(row, label, m));
    const charts = el("div", { class: "hv-planes" });
    const nodes = row.panels.map(({ node }) => node);
    fillGrid(charts, nodes);
    const heading = el("h3", { text: SPLIT_TITLES[SPLIT.indexOf(id)] });
    const attributes = { class: "hv-linerow", "aria-label": row.metric.title };
    row.node = whole ? charts : el("section", attributes, heading, charts);
    return row;
  }

  panel(row, label, m) {
    const img = { role: "img", "aria-label": `${label}, ${row.metric.axis}` };
    const plot = svg("svg", { class: "hv-plot", height: row.height, ...img });
    const words = el("p", { class: "hv-quiet hv-alikeline", hidden: true });
    const node = methodFigure(this.view, m, [plot, words]);
    const panel = { node, plot, words, m, label, row };
    plot.addEventListener("pointermove", (event) => this.move(panel, event));
    plot.addEventListener("pointerleave", () => {
      this.tip.hidden = true;
    });
    plot.addEventListener("pointerdown", (event) => this.press(panel, event));
    plot.addEventListener("pointerup", () => {
      if (this.held) this.view.rest();
      this.held = false;
    });
    return panel;
  }

  /** The axis of all methods: the same, so that they can be compared. */
  domain(row) {
    const { store } = this.view;
    const { metric } = row;
    let [low, high, least] = [Infinity, -Infinity, Infinity];
    for (const panel of row.panels) {
      panel.off = this.choice === "split" ? farthestFromOne(store, panel.m, row.id) : 0;
      for (let i = 0; i < store.frames.length; i++) {
        for (const line of this.drawn) {
          const v = line.read(i, panel.m, row.id);
          if (!Number.isFinite(v)) continue;
          low = Math.min(low, v);
          high = Math.max(high, v);
          if (v > 0) least = Math.min(least, v);
        }
      }
    }
    if (!Number.isFinite(low)) [low, high] = [0, 1];
    if (metric.mark != null)
      [low, high] = [Math.min(low, metric.mark), Math.max(high, metric.mark)];
    row.logs = this.log ?? (metric.high == null && high / Math.max(least, 1e-9) > 12);
    if (row.logs) {
      row.low = Math.log10(Math.min(least, high)) - 0.05;
      row.high = Math.log10(high) + 0.05;
    } else {
      const span = Math.max(high - low, SPAN * Math.abs(high)) || 1;
      const middle = (low + high) / 2;
      row.low = metric.low ?? Math.max(0, middle - 0.56 * span);
      row.high = metric.high ?? Math.max(middle, row.low + 0.5 * span) + 0.56 * span;
    }
    const floor = row.low;
    row.at = (v) =>
      ((row.logs ? Math.log10(Math.max(v, 10 ** floor)) : v) - row.low) / (row.high - row.low || 1);
  }

  extend() {
    if (knownNumbers(this.view.store).length !== this.recorded) this.build();
    else {
      for (const row of this.rows) this.domain(row);
      this.size();
    }
  }

  size() {
    this.recorded = knownNumbers(this.view.store).length;
    this.width = Math.max(200, this.panels[0]?.node.clientWidth || 300);
    for (const panel of this.panels) this.fill(panel);
  }

  x(epoch) {
    return LINES.left + (epoch / this.view.store.total) * (this.width - LINES.left - LINES.right);
  }

  y(row, v) {
    return row.height - LINES.bottom - row.at(v) * (row.height - LINES.top - LINES.bottom);
  }

  marks({ logs, low, high }) {
    return logs ? powerTicks(low, high) : ticks(low, high, 4);
  }

  /** Draw axes and lines of a panel, or say that every class has the same number. */
  fill(panel) {
    const { live } = this.view;
    const { plot, words, row } = panel;
    const { metric } = row;
    const alike = this.choice === "split" && metric.alike && panel.off < ALIKE;
    words.hidden = !alike;
    plot.style.display = alike ? "none" : "";
    words.textContent = alike ? metric.alike.replace(/^1 /, live ? "So far 1 " : "1 ") : "";
    const base = row.height - LINES.bottom;
    plot.setAttribute("viewBox", `0 0 ${this.width} ${row.height}`);
    plot.setAttribute("width", this.width);
    panel.lines = this.lines(panel);
    panel.ends = this.ends();
    panel.needle = svg("line", { y1: LINES.top - 6, y2: base, x1: 0, x2: 0, class: "hv-needle" });
    panel.lit = undefined;
    const over = [...panel.lines, panel.needle, ...panel.ends];
    plot.replaceChildren(...this.axes(row), this.reference(row), ...over);
  }

  axes(row) {
    const { total } = this.view.store;
    const base = row.height - LINES.bottom;
    const plot = { ...AXIS, base, end: this.width - LINES.right, bottom: row.height };
    const scale = { x: (epoch) => this.x(epoch), y: (v) => this.y(row, v) };
    const epochs = ticks(0, total, 4).filter(Number.isInteger);
    const title = row.metric.axis + (row.logs ? ", log" : "");
    return epochAxes(plot, scale, { marks: this.marks(row), epochs, title });
  }

  /** The value that means "no effect", where there is one. */
  reference(row) {
    const group = svg("g", { class: "hv-reference" });
    if (row.metric.mark == null) return group;
    const y = this.y(row, row.metric.mark);
    group.append(svg("line", { x1: LINES.left, x2: this.width - LINES.right, y1: y, y2: y }));
    return group;
  }

  lines({ m, row }) {
    const { store } = this.view;
    const width = this.drawn.length > MANY ? 1 : 1.75;
    return this.drawn.map(({ c, color, read }) => {
      let d = "";
      store.frames.forEach((frame, i) => {
        const v = read(i, m, row.id);
        if (!Number.isFinite(v)) return;
        d += `${d ? "L" : "M"}${this.x(frame.epoch).toFixed(1)} ${this.y(row, v).toFixed(1)}`;
      });
      const stroke = { stroke: color, "stroke-width": width };
      return svg("path", { d, class: "hv-line hv-classline", ...stroke, "data-class": c ?? "" });
    });
  }

  /** The marks of the classes, moved along the lines by the playhead. */
  ends() {
    const size = this.drawn.length > MANY ? 3 : 4.2;
    return this.drawn.map(({ color, shape }) => {
      return svg("path", { fill: color, class: "hv-end", d: shapePath(shape, 0, 0, size) });
    });
  }

  draw(index) {
    const { store, player, focus, selected } = this.view;
    const x = this.x(store.frames[index].epoch);
    const lit = focus ?? (selected == null ? null : store.static.targets[selected]);
    for (const panel of this.panels) {
      if (!panel.words.hidden) continue;
      panel.needle.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
      panel.ends.forEach((mark, i) => {
        const v = this.drawn[i].read(index, panel.m, panel.row.id);
        mark.style.display = Number.isFinite(v) ? "" : "none";
        if (Number.isFinite(v))
          mark.setAttribute(
            "transform",
            `translate(${x.toFixed(1)} ${this.y(panel.row, v).toFixed(1)})`,
          );
      });
      if (panel.lit !== lit) {
        panel.lit = lit;
        for (const list of [panel.lines, panel.ends])
          list.forEach((path, i) => path.classList.toggle("hv-faded", this.fades(i, lit)));
      }
      describe(panel.plot, player, `${panel.label}, ${panel.row.metric.axis}`, () =>
        this.summary(panel, index),
      );
    }
  }

  /** Whether line `i` steps back behind the class that is singled out. */
  fades(i, lit) {
    const { c } = this.drawn[i];
    return lit != null && c != null && lit !== c;
  }

  summary(panel, index) {
    const { store } = this.view;
    const words = this.drawn.slice(0, 12).map(({ name, read }) => {
      return `${name} ${cellText(read(index, panel.m, panel.row.id))}`;
    });
    const what = `${panel.row.metric.axis} at epoch ${store.frames[index].epoch}`;
    const more = this.drawn.length > 12 ? "; the table has all classes" : "";
    return `${panel.label}, ${what}: ${words.join(", ")}${more}.`;
  }

  indexAt(panel, event) {
    const box = panel.plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    const share = (x - LINES.left) / (this.width - LINES.left - LINES.right);
    return this.view.store.indexOf(Math.round(Math.max(0, share * this.view.store.total)));
  }

  press(panel, event) {
    this.held = true;
    panel.plot.setPointerCapture(event.pointerId);
    this.view.player.seek(this.indexAt(panel, event));
    this.view.scrubber.refresh();
  }

  move(panel, event) {
    const index = this.indexAt(panel, event);
    if (this.held) this.view.player.seek(index);
    this.showTip(panel, index, event);
  }

  /** The classes nearest to the pointer, in the order of their values. */
  showTip(panel, index, event) {
    const { store } = this.view;
    const box = panel.plot.getBoundingClientRect();
    const y = event.clientY - box.top;
    const values = this.drawn
      .map((line) => [line, line.read(index, panel.m, panel.row.id)])
      .filter(([, v]) => Number.isFinite(v));
    const near = values
      .sort((a, b) => Math.abs(this.y(panel.row, a[1]) - y) - Math.abs(this.y(panel.row, b[1]) - y))
      .slice(0, 10)
      .sort((a, b) => b[1] - a[1]);
    const left = values.length - near.length;
    this.tip.replaceChildren(
      el("b", { text: `epoch ${store.frames[index].epoch}` }),
      ...near.map(([{ name, color, shape }, v]) =>
        el(
          "div",
          {},
          shapeMark(shape, color),
          el("span", { text: name }),
          el("em", { text: cellText(v) }),
        ),
      ),
      left ? el("span", { class: "hv-quiet", text: `and ${left} classes farther away` }) : "",
    );
    this.tip.hidden = false;
    const mine = this.node.getBoundingClientRect();
    const x = event.clientX - mine.left;
    const at = x + 16 + this.tip.offsetWidth > mine.width ? x - 16 - this.tip.offsetWidth : x + 16;
    const down = box.top - mine.top + 8;
    this.tip.style.transform = `translate(${Math.max(0, at).toFixed(0)}px, ${down.toFixed(0)}px)`;
  }

  twinData(index) {
    return this.data(index, this.view.scope.listed);
  }

  data(index, classes = [...this.view.store.classes.keys()]) {
    return numberRows(this.view.store, index, classes);
  }
}
