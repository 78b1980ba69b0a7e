// The plane of each method: its decisions, how confident it is, and the points it learns from.
import { rankedBy, stepThrough } from "../data/ranking.js";
import { clearedContext, pixelRatio } from "../draw/canvas.js";
import { boundarySegments, joinSegments, marginOfCodes } from "../draw/contour.js";
import { GridPicture, colorTable, levelsOf, tracePath } from "../draw/decision_grid.js";
import { describe } from "../draw/describe.js";
import { el } from "../draw/dom.js";
import { percent } from "../draw/format.js";
import { columnsFor, fillGrid, methodFigure } from "../draw/multiples.js";
import { drawBayes, drawCorners } from "../draw/reference_lines.js";
import { shownNote } from "../draw/shown_note.js";
import { Stamps } from "../draw/stamps.js";

export default {
  title: "Where each method draws its boundaries",
  caption: [
    "Colour is the class decided there, stronger where the network is more confident;",
    "the pale line is where the decision changes.",
    "Dashed: the best boundary for equally frequent classes (Bayes rule).",
    "Marks are training samples, larger when they weigh more, ringed when hard (g > 0.5).",
    "Press one to follow it.",
  ],
  parts: ["confusion", "plane", "samples", "gallery"],
  instead: "confusion",
  suits: (store) => Boolean(store.static.points && store.scene.extent),
  legend: true,
  main: true,
  create: (view) => new Planes(view),
};

const REACH = 12;

/** Small multiples, one plane per method. */
class Planes {
  constructor(view) {
    this.view = view;
    this.raster = true;
    this.node = el("div", { class: "hv-planes" });
    this.lines = new Map();
  }

  /** Make the panels: at first, and after another run or theme. */
  build() {
    const { store, theme } = this.view;
    const { static: fixed, scene, side } = store;
    this.lines.clear();
    this.margins = marginOfCodes(scene.classes.length);
    this.table = colorTable(theme, scene.classes.length);
    this.bayes = fixed.bayes ? bayesPath(fixed.bayes, side) : null;
    this.order = drawingOrder(fixed.targets, scene.train_counts);
    this.panels = scene.methods.map((label, m) => this.panel(label, m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.node, nodes);
    this.node.dataset.columns = columnsFor(scene.methods.length);
    this.heading.replaceChildren(this.about.title, ...shownNote(this.view));
    this.size();
  }

  panel(label, m) {
    const base = el("canvas", { role: "img", "aria-label": label, tabindex: 0 });
    const marks = el("canvas", { class: "hv-over", "aria-hidden": "true" });
    const over = el("canvas", { class: "hv-over", "aria-hidden": "true" });
    const accuracy = el("b");
    const off = el("b");
    const shift = el("b");
    const fact = (name, value, kind = null) => {
      const number = el("dd", {}, value, " %");
      return el("div", { class: kind }, el("dt", { text: name }), number);
    };
    const facts = [fact("balanced accuracy", accuracy)];
    if (this.view.store.static.bayes) {
      facts.push(fact("off the best boundary", off), fact("shift at the tail", shift, "hv-shift"));
    }
    const canvases = el("div", { class: "hv-canvas" }, base, marks, over);
    const node = methodFigure(this.view, m, [canvases], el("dl", {}, ...facts));
    const numbers = { accuracy, off, shift };
    const panel = { node, base, marks, over, ...numbers, m, label, picture: new GridPicture() };
    base.addEventListener(
      "pointermove",
      (event) => event.pointerType === "mouse" && this.point(panel, event),
    );
    base.addEventListener("pointerleave", () => this.view.hover(null));
    base.addEventListener("click", (event) =>
      this.view.select(this.nearest(panel, event, event.pointerType === "touch" ? 24 : REACH)),
    );
    base.addEventListener("keydown", (event) => this.key(panel, event));
    return panel;
  }

  /** Fit the canvases to their boxes on this screen. */
  size() {
    const ratio = pixelRatio();
    this.width = this.panels[0]?.base.parentElement.clientWidth || 300;
    const pixels = Math.round(this.width * ratio);
    if (
      pixels !== this.stamps?.side ||
      ratio !== this.ratio ||
      this.view.theme.mark !== this.painted
    ) {
      this.stamps = new Stamps(this.view.theme, ratio, pixels);
      this.painted = this.view.theme.mark;
    }
    this.ratio = ratio;
    for (const { base, marks, over } of this.panels) {
      for (const canvas of [base, marks, over])
        if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    }
    this.shown = null;
    const k = this.view.store.scene.tracked;
    this.unit = Math.max(
      2,
      Math.min(3.4, (this.width / 110) * Math.min(1, Math.sqrt(700 / Math.max(1, k)) + 0.15)),
    );
    this.place();
  }

  /** Where each tracked sample falls on the canvas, in CSS pixels. */
  place() {
    const { points } = this.view.store.static;
    const [x0, x1, y0, y1] = this.view.store.scene.extent;
    this.xs = new Float32Array(points.length / 2);
    this.ys = new Float32Array(points.length / 2);
    for (let i = 0; i < this.xs.length; i++) {
      this.xs[i] = ((points[2 * i] - x0) / (x1 - x0)) * this.width;
      this.ys[i] = (1 - (points[2 * i + 1] - y0) / (y1 - y0)) * this.width;
    }
  }

  draw(index) {
    for (const panel of this.panels) this.drawPanel(panel, index);
    this.drawOver();
  }

  drawPanel(panel, index) {
    const { store } = this.view;
    const context = panel.base.getContext("2d", { alpha: false });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = this.view.theme.shade(0);
    context.fillRect(0, 0, this.width, this.width);
    this.drawRegions(panel, context, index);
    this.drawLines(panel, context, index);
    this.drawPoints(panel, index);
    const accuracy = store.scalar(index, panel.m, "accuracy");
    const off = store.scalar(index, panel.m, "disagreement");
    panel.accuracy.textContent = percent(accuracy);
    panel.off.textContent = percent(off);
    const [lost, taken] = ["tail_lost", "tail_taken"].map((name) => {
      return store.scalar(index, panel.m, name);
    });
    panel.shift.textContent = lost == null ? "–" : signed(taken - lost);
    const { player } = this.view;
    describe(panel.base, player, panel.label, () => this.summary(panel, index, accuracy, off));
    if (lost != null && !player.playing)
      panel.shift.closest("div").title = this.shiftText(lost, taken);
  }

  shiftText(lost, taken) {
    const { classes, scene } = this.view.store;
    return [
      `Of the balanced density, ${classes[scene.rarest]}, the rarest class,`,
      `gives up ${percent(lost)} % that the best rule would give it`,
      `and takes ${percent(taken)} % that the best rule would not.`,
    ].join(" ");
  }

  summary(panel, index, accuracy, off) {
    const { epoch } = this.view.store.frames[index];
    const right = `balanced accuracy ${percent(accuracy)} percent`;
    const differs = `differs from the best possible rule on ${percent(off)} percent`;
    const bayes = off == null ? "" : `, ${differs} of the balanced density`;
    const keys = "Enter selects a hard sample, comma and full stop move between them.";
    return `${panel.label} at epoch ${epoch}: ${right}${bayes}. ${keys}`;
  }

  /** Each sample under each method, as drawn. */
  data(index) {
    const { store } = this.view;
    const { points, targets, index: rows } = store.static;
    const value = (m, name, i) => store.value(index, m, name, i);
    const out = [...targets].flatMap((c, i) =>
      store.methods.map((label, m) => [
        rows[i],
        store.classes[c],
        points[2 * i],
        points[2 * i + 1],
        label,
        value(m, "weight", i),
        value(m, "grad", i),
        value(m, "own", i),
        store.classes[value(m, "predicted", i)],
      ]),
    );
    const place = ["training sample", "class", "x", "y", "method"];
    return { columns: [...place, "weight", "g", "p of its class", "predicted"], rows: out };
  }

  /** The numbers above the planes. */
  twinData(index) {
    const { store } = this.view;
    const names = ["accuracy", "disagreement", "tail_lost", "tail_taken"];
    const rows = store.methods.map((label, m) => [
      label,
      ...names.map((name) => {
        const v = store.scalar(index, m, name);
        return v == null ? null : Number((100 * v).toFixed(2));
      }),
    ]);
    const off = "off the best boundary (% of density)";
    const tail = ["tail gives up (%)", "tail takes (%)"];
    return { columns: ["method", "balanced accuracy (%)", off, ...tail], rows };
  }

  drawRegions(panel, context, index) {
    const { store } = this.view;
    const grid = store.raw(index, panel.m, "grid");
    if (!grid) return;
    const side = store.field(index, "grid").shape[0];
    panel.picture.paint(grid, side, this.table);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "medium";
    context.drawImage(panel.picture.canvas, 0, 0, this.width, this.width);
  }

  /** The learned boundary: a gap between the regions. */
  drawLines(panel, context, index) {
    const path = this.learned(panel.m, index);
    if (!path) return;
    const unit = this.width / this.view.store.field(index, "grid").shape[0];
    context.save();
    context.translate(0, this.width);
    context.scale(unit, -unit);
    context.lineJoin = "round";
    context.strokeStyle = this.view.theme.shade(0);
    context.lineWidth = 1.6 / unit;
    context.stroke(path);
    context.restore();
  }

  /** The boundary of a frame as a path in grid units, kept for the next time it is shown. */
  learned(m, index) {
    const { store } = this.view;
    const grid = store.raw(index, m, "grid");
    if (!grid) return null;
    const key = `${m}.${store.frames[index].epoch}`;
    let path = this.lines.get(key);
    if (!path) {
      const levels = levelsOf(store.classes.length);
      const names = new Uint8Array(256).map((_, code) => Math.floor(code / levels));
      const side = store.field(index, "grid").shape[0];
      const segments = boundarySegments(
        (i) => names[grid[i]],
        (i) => this.margins[grid[i]],
        side,
      );
      this.lines.set(key, (path = tracePath(joinSegments(segments, 2), side)));
    }
    return path;
  }

  drawPoints(panel, index) {
    const { store, focus } = this.view;
    const { targets } = store.static;
    const { stamps, ratio, xs, ys } = this;
    const weight = store.raw(index, panel.m, "weight");
    const grad = store.raw(index, panel.m, "grad");
    const bar = store.scene.hard / (store.field(index, "grad")?.scale ?? 1);
    stamps.clear();
    for (const i of this.order) {
      const c = targets[i];
      const stamp = stamps.get(
        c,
        this.radius(weight ? weight[i] : 1),
        grad ? grad[i] > bar : false,
        focus != null && focus !== c,
      );
      stamps.put(stamp, Math.round(xs[i] * ratio), Math.round(ys[i] * ratio));
    }
    panel.marks.getContext("2d").putImageData(stamps.image, 0, 0);
  }

  /** A cross on each sample whose label noise changed. */
  drawFlipped(context) {
    const { flipped } = this.view.store.static;
    const r = 2.8;
    context.beginPath();
    for (let i = 0; i < this.xs.length; i++) {
      if (!flipped[i]) continue;
      context.moveTo(this.xs[i] - r, this.ys[i] - r);
      context.lineTo(this.xs[i] + r, this.ys[i] + r);
      context.moveTo(this.xs[i] + r, this.ys[i] - r);
      context.lineTo(this.xs[i] - r, this.ys[i] + r);
    }
    context.strokeStyle = this.view.theme.shade(0);
    context.lineWidth = 2.2;
    context.stroke();
    context.strokeStyle = this.view.theme.hard;
    context.lineWidth = 1.2;
    context.stroke();
  }

  /** Radius in quarter pixels: area grows with weight, within limits. */
  radius(weight) {
    return Math.round(4 * Math.max(1.5, Math.min(this.unit * 3, this.unit * Math.sqrt(weight))));
  }

  /** What is drawn over the marks; it does not change with the epoch. */
  drawOver() {
    const { selected, hovered, marks } = this.view;
    const { line } = this.view.options;
    const shown = `${selected} ${hovered} ${marks} ${line}`;
    if (shown === this.shown) return;
    this.shown = shown;
    for (const { over } of this.panels) {
      const context = clearedContext(over, this.width, this.width, this.ratio);
      if (this.bayes) drawBayes(context, this.bayes, this.width / this.view.store.side, this.view);
      if (line) drawCorners(context, line, this.width, this.view);
      if (marks) this.drawFlipped(context);
      if (hovered != null) this.drawRing(context, hovered, 9);
      if (selected != null) this.drawRing(context, selected, 11);
    }
  }

  drawRing(context, sample, radius) {
    const { theme } = this.view;
    context.beginPath();
    context.arc(this.xs[sample], this.ys[sample], radius, 0, 2 * Math.PI);
    context.strokeStyle = theme.shade(0);
    context.lineWidth = 5;
    context.stroke();
    context.strokeStyle = theme.shade(1);
    context.lineWidth = 2;
    context.stroke();
  }

  point(panel, event) {
    this.view.hover(this.nearest(panel, event, REACH), event);
  }

  nearest(panel, event, reach) {
    const box = panel.base.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    let best = null;
    let closest = reach * reach;
    for (const i of this.order) {
      const d = (this.xs[i] - x) ** 2 + (this.ys[i] - y) ** 2;
      if (d <= closest) {
        closest = d;
        best = i;
      }
    }
    return best;
  }

  /** Without a mouse: Enter selects the hardest sample here, comma and full stop its neighbours. */
  key(panel, event) {
    const by = { Enter: 0, ",": -1, ".": 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const grad = this.view.store.raw(this.view.player.index, panel.m, "grad");
    if (!grad) return;
    this.view.select(stepThrough(rankedBy(grad), this.view.selected, by));
  }
}

/** The boundary of the Bayes rule, smoothed. */
function bayesPath(classes, side) {
  const classAt = (i) => classes[i];
  const segments = boundarySegments(classAt, () => 1, side);
  return tracePath(joinSegments(segments, 6), side);
}

/** A share as percent with its sign. */
function signed(share) {
  const text = percent(Math.abs(share));
  return Number(text) === 0 ? text : `${share > 0 ? "+" : "−"}${text}`;
}

/** Samples of large classes first, so that the tail is drawn on top. */
function drawingOrder(targets, counts) {
  return Uint32Array.from(
    [...targets.keys()].sort((a, b) => counts[targets[b]] - counts[targets[a]] || a - b),
  );
}
