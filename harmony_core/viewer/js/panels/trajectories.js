// Weight or g of the followed samples of one class over the epochs, under every method.
import { choiceRow } from "../controls/choices.js";
import { classPicker } from "../controls/class_picker.js";
import { ticks } from "../draw/axis.js";
import { clearedContext, fitCanvas, pixelRatio, sidewaysText } from "../draw/canvas.js";
import { describe } from "../draw/describe.js";
import { el } from "../draw/dom.js";
import { cellText, count, plain } from "../draw/format.js";
import { classMark } from "../draw/marks.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";
import { parseColor } from "../draw/theme.js";

export default {
  title: "Paths of samples over the epochs",
  caption: [
    "One line per followed sample of the class.",
    "A gradient norm that falls: the sample is being learned. One that stays high:",
    "a wrong label, a place where classes overlap, or something not learned yet.",
    "Press a line to follow its sample in every method and panel.",
  ],
  parts: ["samples", "thumbs"],
  needs: ["weight"],
  create: (view) => new Paths(view),
};

const PATH_BOX = { top: 8, bottom: 38, left: 42, right: 12, height: 240 };
const PATHS_MOST = 300;

const VALUES = [
  ["weight", "Weight"],
  ["grad", "Gradient norm g"],
];

class Paths {
  constructor(view) {
    this.view = view;
    this.raster = true;
    this.what = "weight";
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.who = el("p", { class: "hv-quiet hv-found" });
    this.grid = el("div", { class: "hv-planes hv-heats" });
    this.node = el("div", {}, this.tools, this.who, this.grid);
  }

  build() {
    const { store } = this.view;
    this.c = Math.min(this.c ?? rarestFollowed(store), store.classes.length - 1);
    this.followed = undefined;
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.grid, nodes);
    this.extend();
    this.size();
  }

  buildTools() {
    const { store } = this.view;
    const order = store.byCount;
    const sized = (c) => `${store.classes[c]} (N = ${count(store.scene.train_counts[c])})`;
    const classes = order.map((c) => [c, sized(c)]);
    this.tools.replaceChildren(
      choiceRow("Values", VALUES, this.what, (what) => this.choose({ what })),
      classPicker("Class", classes, this.c, (c) => this.choose({ c })),
    );
  }

  choose(chosen) {
    Object.assign(this, chosen);
    this.extend();
    this.draw(this.view.player.index);
  }

  panel(label, m) {
    const base = el("canvas", { role: "img", "aria-label": label, tabindex: 0 });
    const over = el("canvas", { class: "hv-over", "aria-hidden": "true" });
    const read = el("p", { class: "hv-cell" });
    const canvases = el("div", { class: "hv-canvas" }, base, over);
    const node = methodFigure(this.view, m, [canvases, read]);
    const panel = { node, base, over, read, m, label };
    base.addEventListener("click", (event) => this.press(panel, event));
    base.addEventListener("keydown", (event) => this.key(panel, event));
    return panel;
  }

  /** Choose the samples drawn and the axis of all methods. */
  extend() {
    const { store } = this.view;
    const all = [];
    store.static.targets.forEach((t, i) => t === this.c && all.push(i));
    const last = store.raw(store.frames.length - 1, 0, "grad");
    all.sort((a, b) => last[a] - last[b] || a - b);
    const step = Math.max(1, all.length / PATHS_MOST);
    this.samples =
      all.length <= PATHS_MOST
        ? all
        : Array.from({ length: PATHS_MOST }, (_, i) => all[Math.floor(i * step)]);
    this.all = all.length;
    let most = 1;
    if (this.what === "weight") {
      for (let i = 0; i < store.frames.length; i++) {
        for (const m of store.methods.keys()) {
          const raw = store.raw(i, m, "weight");
          for (const s of this.samples) if (raw[s] > most) most = raw[s];
        }
      }
      most *= 1.05;
    }
    this.most = most;
    this.drawn = null;
    this.buildTools();
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.panels[0]?.base.parentElement.clientWidth || 300;
    for (const { base, over } of this.panels) {
      for (const canvas of [base, over]) {
        fitCanvas(canvas, this.width, PATH_BOX.height, this.ratio);
      }
      base.parentElement.style.height = `${PATH_BOX.height}px`;
    }
    this.drawn = null;
  }

  x(epoch) {
    return (
      PATH_BOX.left +
      (epoch / this.view.store.total) * (this.width - PATH_BOX.left - PATH_BOX.right)
    );
  }

  y(v) {
    return (
      PATH_BOX.height -
      PATH_BOX.bottom -
      (v / this.most) * (PATH_BOX.height - PATH_BOX.top - PATH_BOX.bottom)
    );
  }

  value(index, m, sample) {
    return this.view.store.value(index, m, this.what, sample);
  }

  draw(index) {
    const { store, selected } = this.view;
    if (selected !== this.followed) {
      this.followed = selected;
      if (selected != null && store.static.targets[selected] !== this.c) {
        this.c = store.static.targets[selected];
        this.extend();
      }
    }
    const { mark } = this.view.theme;
    const key = `${this.c} ${this.what} ${store.frames.length} ${this.width} ${mark}`;
    if (key !== this.drawn) {
      this.drawn = key;
      for (const panel of this.panels) this.drawLines(panel);
      const who = ` ${store.classes[this.c]}: ${this.which()}`;
      this.who.replaceChildren(classMark(this.view.theme, this.c), who);
    }
    for (const panel of this.panels) this.drawHead(panel, index);
  }

  /** How many of the followed samples are drawn. */
  which() {
    const all = `${count(this.all)} followed samples`;
    if (this.samples.length === this.all) return `all ${all}`;
    return `${this.samples.length} of the ${all}, spaced evenly by g at the last epoch`;
  }

  brush(canvas) {
    return clearedContext(canvas, this.width, PATH_BOX.height, this.ratio);
  }

  trace(context, m, sample) {
    const { frames } = this.view.store;
    context.beginPath();
    for (let i = 0; i < frames.length; i++) {
      const x = this.x(frames[i].epoch);
      const y = this.y(this.value(i, m, sample));
      if (i) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    context.stroke();
  }

  drawLines(panel) {
    const { store, theme } = this.view;
    const context = this.brush(panel.base);
    context.font = `12px ${theme.font}`;
    context.textBaseline = "middle";
    const base = PATH_BOX.height - PATH_BOX.bottom;
    for (const v of ticks(0, this.most, 4)) {
      context.fillStyle = theme.shade(0.12);
      context.fillRect(PATH_BOX.left, this.y(v), this.width - PATH_BOX.left - PATH_BOX.right, 1);
      context.fillStyle = theme.shade(0.7);
      context.textAlign = "right";
      context.fillText(cellText(v), PATH_BOX.left - 6, this.y(v));
    }
    context.textBaseline = "top";
    context.textAlign = "center";
    for (const epoch of ticks(0, store.total, 4).filter(Number.isInteger))
      context.fillText(`${epoch}`, this.x(epoch), base + 5);
    context.fillText("epoch", (PATH_BOX.left + this.width - PATH_BOX.right) / 2, base + 21);
    context.textBaseline = "middle";
    const title = this.what === "weight" ? "sample weight" : "gradient norm g";
    sidewaysText(context, title, 9, base / 2);
    const color = parseColor(theme.classColor(this.c)).join(",");
    const alpha = Math.max(0.07, Math.min(0.5, 12 / Math.max(1, this.samples.length)));
    context.strokeStyle = `rgba(${color},${alpha})`;
    context.lineWidth = 1;
    for (const sample of this.samples) this.trace(context, panel.m, sample);
  }

  /** The playhead, and the selected sample over the others. */
  drawHead(panel, index) {
    const { store, theme, selected, player } = this.view;
    const context = this.brush(panel.over);
    const x = this.x(store.frames[index].epoch);
    context.strokeStyle = theme.shade(1);
    context.lineWidth = 1.25;
    context.beginPath();
    context.moveTo(x, PATH_BOX.top - 6);
    context.lineTo(x, PATH_BOX.height - PATH_BOX.bottom);
    context.stroke();
    const mine = selected != null && store.static.targets[selected] === this.c;
    if (mine) {
      context.lineWidth = 4.5;
      context.strokeStyle = theme.shade(0);
      this.trace(context, panel.m, selected);
      context.lineWidth = 2.25;
      context.strokeStyle = theme.methodColor(panel.m);
      this.trace(context, panel.m, selected);
      context.beginPath();
      context.arc(x, this.y(this.value(index, panel.m, selected)), 4.5, 0, 2 * Math.PI);
      context.fillStyle = theme.methodColor(panel.m);
      context.fill();
    }
    const values = this.samples.map((s) => this.value(index, panel.m, s)).sort((a, b) => a - b);
    const half = values[values.length >> 1];
    panel.read.textContent = mine
      ? `selected sample: ${plain(this.value(index, panel.m, selected))}`
      : `median: ${plain(half)}`;
    describe(panel.base, player, panel.label, () => this.summary(panel, index, half));
  }

  summary(panel, index, median) {
    const { store } = this.view;
    const what = this.what === "weight" ? "weight" : "gradient norm";
    const lines = `${what} of samples of ${store.classes[this.c]} over epochs`;
    const middle = `median ${plain(median)} at epoch ${store.frames[index].epoch}`;
    const keys = "Comma and full stop select one sample after the other.";
    return `${panel.label}: ${lines}, ${middle}. ${keys}`;
  }

  /** Select the sample whose line passes nearest. */
  press(panel, event) {
    const { store, player } = this.view;
    const box = panel.base.getBoundingClientRect();
    const epoch =
      ((event.clientX - box.left - PATH_BOX.left) / (this.width - PATH_BOX.left - PATH_BOX.right)) *
      store.total;
    const index = store.indexOf(Math.round(Math.max(0, epoch)));
    const y = event.clientY - box.top;
    let best = null;
    let closest = 14;
    for (const s of this.samples) {
      const d = Math.abs(this.y(this.value(index, panel.m, s)) - y);
      if (d < closest) [best, closest] = [s, d];
    }
    if (best != null) this.view.select(best);
    else player.seek(index);
  }

  key(panel, event) {
    const by = { ",": -1, ".": 1, Enter: 0 }[event.key];
    if (by === undefined || !this.samples.length) return;
    event.preventDefault();
    const at = this.samples.indexOf(this.view.selected);
    this.view.select(
      this.samples[
        at < 0 ? this.samples.length - 1 : Math.max(0, Math.min(this.samples.length - 1, at + by))
      ],
    );
  }

  data() {
    const { store, selected } = this.view;
    const samples =
      selected != null &&
      store.static.targets[selected] === this.c &&
      !this.samples.includes(selected)
        ? [...this.samples, selected]
        : this.samples;
    const rows = [];
    for (const s of samples) {
      for (const m of store.methods.keys()) {
        store.frames.forEach((frame, i) =>
          rows.push([
            store.static.index[s],
            store.classes[this.c],
            store.methods[m],
            frame.epoch,
            store.value(i, m, "weight", s),
            store.value(i, m, "grad", s),
          ]),
        );
      }
    }
    return { columns: ["training sample", "class", "method", "epoch", "weight", "g"], rows };
  }
}

/** The class with the fewest training samples of those that have followed ones. */
function rarestFollowed(store) {
  const { train_counts: counts } = store.scene;
  const followed = [...new Set(store.static.targets)];
  return followed.length ? followed.reduce((a, b) => (counts[b] < counts[a] ? b : a)) : 0;
}
