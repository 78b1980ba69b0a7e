// Weights of the followed samples at one epoch: a dot each, and a box over the middle half.
import { choiceRow, named } from "../controls/choices.js";
import { rankedBy, stepThrough } from "../data/ranking.js";
import { ticks } from "../draw/axis.js";
import { clearedContext, fit, fitCanvas, fitEnds, pixelRatio } from "../draw/canvas.js";
import { describe } from "../draw/describe.js";
import { el } from "../draw/dom.js";
import { cellText, plain } from "../draw/format.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";

export default {
  title: "How weights are spread inside each class",
  caption: [
    "One dot per followed training sample at the end of the epoch, the largest class on top.",
    "The box spans the middle half, the thick line is the median.",
    "A wide box is a class whose samples are weighted differently by their difficulty.",
    "Press a dot to follow the sample.",
  ],
  parts: ["samples"],
  needs: ["weight"],
  scoped: true,
  create: (view) => new Spread(view),
};

const STRIP = { top: 6, bottom: 36, right: 12, reach: 9 };

/** Value at a share of a sorted list, between neighbours. */
export function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + ((sorted[low + 1] ?? sorted[low]) - sorted[low]) * (at - low);
}

class Spread {
  constructor(view) {
    this.view = view;
    this.raster = true;
    this.log = null;
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.grid = el("div", { class: "hv-planes hv-heats" });
    this.node = el("div", {}, this.tools, this.grid);
  }

  build() {
    const { store, scope } = this.view;
    this.order = scope.shown;
    this.samples = store.classes.map(() => []);
    store.static.targets.forEach((c, i) => this.samples[c].push(i));
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.grid, nodes);
    this.extend();
    this.size();
  }

  rescope() {
    this.order = this.view.scope.shown;
    this.size();
  }

  panel(label, m) {
    const base = el("canvas", { role: "img", "aria-label": label, tabindex: 0 });
    const canvas = el("div", { class: "hv-canvas" }, base);
    const node = methodFigure(this.view, m, [el("div", { class: "hv-heatscroll" }, canvas)]);
    const panel = { node, base, m, label };
    base.addEventListener(
      "pointermove",
      (event) =>
        event.pointerType === "mouse" && this.view.hover(this.nearest(panel, event), event),
    );
    base.addEventListener("pointerleave", () => this.view.hover(null));
    base.addEventListener("click", (event) => this.view.select(this.nearest(panel, event)));
    base.addEventListener("keydown", (event) => this.key(panel, event));
    return panel;
  }

  /** The axis spans the weights of all epochs and methods. */
  extend() {
    const { store } = this.view;
    let most = 1;
    let least = 1;
    for (let i = 0; i < store.frames.length; i++) {
      for (const m of store.methods.keys()) {
        for (const v of store.raw(i, m, "weight")) {
          if (v > most) most = v;
          else if (v > 0 && v < least) least = v;
        }
      }
    }
    this.logs = this.log ?? most / least > 60;
    this.low = this.logs ? Math.log10(Math.max(least, 1e-4)) - 0.05 : 0;
    this.high = this.logs ? Math.log10(most) + 0.05 : most * 1.03;
    this.tools.replaceChildren(
      named(
        choiceRow(
          "Scale",
          [
            ["linear", "Linear"],
            ["log", "Log"],
          ],
          this.logs ? "log" : "linear",
          (v) => {
            this.log = v === "log";
            this.extend();
            this.draw(this.view.player.index);
          },
        ),
      ),
    );
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.panels[0]?.base.parentElement.clientWidth || 300;
    const c = Math.max(1, this.order.length);
    this.rowHeight = Math.max(12, Math.min(34, 460 / c));
    this.left = Math.min(92, this.width * 0.28);
    this.height = STRIP.top + c * this.rowHeight + STRIP.bottom;
    for (const { base } of this.panels) {
      fitCanvas(base, this.width, this.height, this.ratio);
      base.parentElement.style.height = `${this.height}px`;
    }
  }

  x(v) {
    const at =
      ((this.logs ? Math.log10(Math.max(v, 10 ** this.low)) : v) - this.low) /
      (this.high - this.low || 1);
    return this.left + at * (this.width - this.left - STRIP.right);
  }

  /** The height of a sample in its row, always the same. */
  y(row, sample) {
    const part = (sample * 0.618033988749895) % 1;
    return STRIP.top + (row + 0.14 + 0.72 * part) * this.rowHeight;
  }

  draw(index) {
    for (const panel of this.panels) this.drawPanel(panel, index);
  }

  drawPanel(panel, index) {
    const { store, theme, selected, player } = this.view;
    const context = clearedContext(panel.base, this.width, this.height, this.ratio);
    const weight = store.raw(index, panel.m, "weight");
    this.drawAxis(context);
    panel.boxes = [];
    this.order.forEach((c, r) => {
      const values = Float32Array.from(this.samples[c], (i) => weight[i]).sort();
      this.drawDots(context, c, r, weight);
      this.drawName(context, c, r);
      if (!values.length) return;
      const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share));
      const ends = { least: values[0], most: values.at(-1) };
      panel.boxes.push({ c, n: values.length, low, middle, high, ...ends });
      this.drawBox(context, r, low, middle, high);
    });
    const row = selected == null ? -1 : this.order.indexOf(store.static.targets[selected]);
    if (row >= 0) {
      context.strokeStyle = theme.shade(1);
      context.beginPath();
      context.arc(this.x(weight[selected]), this.y(row, selected), 6, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.stroke();
    }
    describe(panel.base, player, panel.label, () => this.summary(panel, index));
  }

  drawDots(context, c, row, weight) {
    const { theme, focus } = this.view;
    const samples = this.samples[c];
    const dimmed = focus != null && focus !== c;
    context.fillStyle = theme.classColor(c);
    context.globalAlpha = dimmed ? 0.08 : samples.length > 200 ? 0.3 : 0.6;
    for (const i of samples) {
      context.fillRect(this.x(weight[i]) - 1.25, this.y(row, i) - 1.25, 2.5, 2.5);
    }
    context.globalAlpha = 1;
  }

  drawName(context, c, row) {
    const { store, theme } = this.view;
    context.fillStyle = theme.shade(0.8);
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.font = `12px ${theme.font}`;
    const y = STRIP.top + (row + 0.5) * this.rowHeight;
    const cut = this.view.scope.many ? fitEnds : fit;
    context.fillText(cut(context, store.classes[c], this.left - 10), this.left - 7, y);
  }

  drawBox(context, row, low, middle, high) {
    const y = STRIP.top + (row + 0.5) * this.rowHeight;
    const half = Math.min(8, this.rowHeight * 0.32);
    const width = Math.max(1, this.x(high) - this.x(low));
    context.strokeStyle = this.view.theme.shade(1);
    context.lineWidth = 1.25;
    context.strokeRect(this.x(low), y - half, width, 2 * half);
    context.lineWidth = 2.5;
    context.beginPath();
    context.moveTo(this.x(middle), y - half);
    context.lineTo(this.x(middle), y + half);
    context.stroke();
  }

  summary(panel, index) {
    const { store } = this.view;
    const words = panel.boxes.slice(0, 12).map(({ c, low, middle, high }) => {
      const half = `middle half ${plain(low)} to ${plain(high)}`;
      return `${store.classes[c]} ${plain(middle)}, ${half}`;
    });
    const what = `median weight at epoch ${store.frames[index].epoch}`;
    const keys =
      "Enter selects the sample that weighs most, comma and full stop move between them.";
    return `${panel.label}, ${what}: ${words.join("; ")}. ${keys}`;
  }

  drawAxis(context) {
    const { theme } = this.view;
    const base = STRIP.top + this.order.length * this.rowHeight;
    const marks = this.logs
      ? Array.from(
          { length: Math.ceil(this.high) - Math.floor(this.low) + 1 },
          (_, i) => 10 ** (Math.floor(this.low) + i),
        ).filter((v) => Math.log10(v) >= this.low && Math.log10(v) <= this.high)
      : ticks(0, this.high, 4);
    context.font = `12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const v of marks) {
      context.fillStyle = theme.shade(v === 1 ? 0.4 : 0.12);
      context.fillRect(this.x(v) - 0.5, STRIP.top, 1, base - STRIP.top);
      context.fillStyle = theme.shade(0.7);
      context.fillText(cellText(Number(v.toPrecision(6))), this.x(v), base + 4);
    }
    context.fillText(
      `sample weight${this.logs ? ", log" : ""}`,
      (this.left + this.width - STRIP.right) / 2,
      base + 20,
    );
  }

  nearest(panel, event) {
    const { store, player } = this.view;
    const weight = store.raw(player.index, panel.m, "weight");
    const box = panel.base.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const row = Math.floor((y - STRIP.top) / this.rowHeight);
    let best = null;
    let closest = STRIP.reach ** 2;
    for (const i of this.samples[this.order[row]] ?? []) {
      const d = (this.x(weight[i]) - x) ** 2 + (this.y(row, i) - y) ** 2;
      if (d <= closest) [best, closest] = [i, d];
    }
    return best;
  }

  /** Without a mouse: Enter selects the sample that weighs most, comma and full stop the next. */
  key(panel, event) {
    const by = { Enter: 0, ",": -1, ".": 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const weight = this.view.store.raw(this.view.player.index, panel.m, "weight");
    this.view.select(stepThrough(rankedBy(weight), this.view.selected, by));
  }

  twinData(index) {
    return this.data(index, this.order);
  }

  data(index, classes = this.view.store.byCount) {
    const { store } = this.view;
    const rows = [];
    for (const c of classes) {
      for (const m of store.methods.keys()) {
        const weight = store.raw(index, m, "weight");
        const values = Float32Array.from(this.samples[c], (i) => weight[i]).sort();
        const five = values.length
          ? [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share))
          : [null, null, null, null, null];
        rows.push([
          store.frames[index].epoch,
          store.classes[c],
          store.methods[m],
          values.length,
          ...five,
        ]);
      }
    }
    return {
      columns: [
        "epoch",
        "class",
        "method",
        "followed samples",
        "least",
        "lower quarter",
        "median",
        "upper quarter",
        "most",
      ],
      rows,
    };
  }
}
