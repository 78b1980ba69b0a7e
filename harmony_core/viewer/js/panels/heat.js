// Class × gradient norm at one epoch, or epoch × gradient norm of one class, as heat maps.
import { choiceRow, named } from "../controls/choices.js";
import { classPicker } from "../controls/class_picker.js";
import { heatRows, totalOf } from "../data/heat_rows.js";
import { rowOf } from "../data/regions.js";
import {
  clearedContext,
  fit,
  fitCanvas,
  fitEnds,
  pixelRatio,
  sidewaysText,
} from "../draw/canvas.js";
import { describe } from "../draw/describe.js";
import { el } from "../draw/dom.js";
import { percent } from "../draw/format.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";
import { mix, parseColor } from "../draw/theme.js";

export default {
  title: "Difficulty of every class at a glance",
  caption: [
    "Rows are classes, the largest on top, columns the gradient norm g;",
    "a row sums to 100 %, and shade grows with the square root of the share.",
    "Mass that moves left over the epochs is difficulty that is being learned;",
    "mass that stays on the right is not.",
    "Press a class to see it over all epochs.",
  ],
  parts: ["histograms"],
  needs: ["hist_count"],
  scoped: true,
  create: (view) => new Heat(view),
};

const HEAT_PAD = { top: 8, bottom: 34, right: 10 };
const NAMED_FROM = 11;

const VALUES = [
  ["hist_count", "Samples"],
  ["hist_pull", "Samples × weight × g"],
];

class Heat {
  constructor(view) {
    this.view = view;
    this.raster = true;
    this.mode = "classes";
    this.what = "hist_count";
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.key = el("div", { class: "hv-heatkey" });
    this.grid = el("div", { class: "hv-planes hv-heats" });
    this.node = el("div", {}, this.tools, this.key, this.grid);
  }

  build() {
    const { store, theme, scope } = this.view;
    this.c = Math.min(
      this.c ?? store.scene.rarest ?? store.classes.length - 1,
      store.classes.length - 1,
    );
    this.full = parseColor(theme.style.heat[theme.mode].right);
    this.ramp = Array.from({ length: 256 }, (_, i) =>
      mix(theme.surface, this.full, i ? 0.06 + 0.94 * Math.sqrt(i / 255) : 0.02).map(Math.round),
    );
    this.order = scope.shown;
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.grid, nodes);
    this.buildTools();
    this.buildKey();
    this.size();
  }

  buildTools() {
    const { store, scope } = this.view;
    const modes = [
      ["classes", `${scope.many ? "Classes shown" : "All classes"}, this epoch`],
      ["epochs", "One class, all epochs"],
    ];
    const rows = named(choiceRow("Rows", modes, this.mode, (mode) => this.setMode(mode)));
    const values = choiceRow("Values", VALUES, this.what, (what) => {
      this.what = what;
      this.buildKey();
      this.drawAgain();
    });
    this.tools.replaceChildren(rows, named(values));
    if (this.mode !== "epochs") return;
    const classes = (scope.many ? store.byCount : this.order).map((c) => [c, store.classes[c]]);
    this.tools.append(
      classPicker("Class", classes, this.c, (c) => {
        this.c = c;
        this.drawAgain();
      }),
    );
  }

  rescope() {
    this.order = this.view.scope.shown;
    this.over = null;
    this.size();
  }

  setMode(mode) {
    this.mode = mode;
    this.buildTools();
    this.size();
    this.draw(this.view.player.index);
  }

  drawAgain() {
    this.cached = null;
    this.draw(this.view.player.index);
  }

  buildKey() {
    const stops = [0, 16, 64, 144, 255].map((i) => `rgb(${this.ramp[i].join(",")})`);
    this.swatch ??= el("canvas", { width: 160, height: 10, "aria-hidden": "true" });
    const context = this.swatch.getContext("2d");
    const fade = context.createLinearGradient(0, 0, 160, 0);
    [0, 0.25, 0.5, 0.75, 1].forEach((at, i) => fade.addColorStop(at, stops[i]));
    context.fillStyle = fade;
    context.fillRect(0, 0, 160, 10);
    const of = this.what === "hist_count" ? "samples" : "samples × weight × g";
    this.key.replaceChildren(
      el("span", { text: "0" }),
      this.swatch,
      el("span", { text: `100 % of the class's ${of}` }),
    );
  }

  panel(label, m) {
    const base = el("canvas", { role: "img", "aria-label": label, tabindex: 0 });
    const over = el("canvas", { class: "hv-over", "aria-hidden": "true" });
    const note = el("p", { class: "hv-cell", text: "\u00a0" });
    const canvases = el("div", { class: "hv-canvas" }, base, over);
    const scroll = el("div", { class: "hv-heatscroll" }, canvases);
    const node = methodFigure(this.view, m, [scroll, note]);
    const panel = { node, base, over, note, m, label };
    base.addEventListener("pointermove", (event) => this.point(panel, event));
    base.addEventListener("pointerleave", () => this.hoverCell(null));
    base.addEventListener("click", (event) => this.press(panel, event));
    return panel;
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.panels[0]?.base.parentElement.clientWidth || 300;
    this.across = this.mode === "epochs";
    const c = Math.max(1, this.order.length);
    const least = this.view.scope.many ? 12 : 3;
    this.rowHeight = this.across ? 0 : Math.max(least, Math.min(24, 420 / c));
    this.named = !this.across && this.rowHeight >= NAMED_FROM;
    this.left = this.across ? 44 : this.named ? Math.min(92, this.width * 0.28) : 26;
    this.inner = this.across ? 220 : this.rowHeight * c;
    this.height = HEAT_PAD.top + this.inner + HEAT_PAD.bottom;
    this.span = this.width - this.left - HEAT_PAD.right;
    for (const { base, over } of this.panels) {
      for (const canvas of [base, over]) {
        fitCanvas(canvas, this.width, this.height, this.ratio);
      }
      base.parentElement.style.height = `${this.height}px`;
    }
    this.cached = null;
  }

  extend() {
    this.cached = null;
  }

  draw(index) {
    const key = this.across
      ? `${this.c} ${this.view.store.frames.length} ${this.what} ${this.width}`
      : null;
    for (const panel of this.panels) {
      if (!this.across) this.drawClasses(panel, index);
      else if (this.cached !== key) this.drawEpochs(panel);
      this.drawOver(panel, index);
      describe(panel.base, this.view.player, panel.label, () => this.summary(panel, index));
    }
    this.cached = key;
    this.describe();
  }

  brush(canvas) {
    return clearedContext(canvas, this.width, this.height, this.ratio);
  }

  cell(context, x, y, w, h, share) {
    const rgb = this.ramp[Math.round(255 * Math.min(1, share))];
    context.fillStyle = `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;
    context.fillRect(x, y, w, h);
  }

  drawClasses(panel, index) {
    const { store } = this.view;
    const context = this.brush(panel.base);
    const gap = this.rowHeight > 9 ? 1 : 0;
    this.order.forEach((c, r) => {
      const row = rowOf(store, index, panel.m, this.what, c);
      const sum = totalOf(row);
      const w = this.span / row.length;
      for (let b = 0; b < row.length; b++)
        this.cell(
          context,
          this.left + b * w,
          HEAT_PAD.top + r * this.rowHeight,
          w + 0.3,
          this.rowHeight - gap,
          row[b] / sum,
        );
    });
    this.ink(context, 0.75);
    const every = this.named ? 1 : Math.ceil(this.order.length / 10);
    const cut = this.view.scope.many ? fitEnds : fit;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let r = 0; r < this.order.length; r += every) {
      const text = this.named
        ? cut(context, store.classes[this.order[r]], this.left - 10)
        : `${this.order[r]}`;
      context.fillText(text, this.left - 6, HEAT_PAD.top + (r + 0.5) * this.rowHeight);
    }
    this.axis(
      context,
      [
        [0, "0"],
        [0.5, "0.5"],
        [1, "1"],
      ],
      "gradient norm g: easy to hard",
    );
  }

  drawEpochs(panel) {
    const { store } = this.view;
    const context = this.brush(panel.base);
    const { total, frames } = store;
    frames.forEach((frame, i) => {
      const row = rowOf(store, i, panel.m, this.what, this.c);
      const sum = totalOf(row);
      const next = frames[i + 1]?.epoch ?? frame.epoch + 1;
      const x = this.left + (frame.epoch / (total + 1)) * this.span;
      const w = ((next - frame.epoch) / (total + 1)) * this.span;
      const h = this.inner / row.length;
      for (let b = 0; b < row.length; b++)
        this.cell(
          context,
          x,
          HEAT_PAD.top + this.inner - (b + 1) * h,
          w + 0.3,
          h + 0.3,
          row[b] / sum,
        );
    });
    this.ink(context, 0.75);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const g of [0, 0.5, 1])
      context.fillText(`${g}`, this.left - 6, HEAT_PAD.top + (1 - g) * this.inner);
    context.textAlign = "center";
    sidewaysText(context, "gradient norm g", 12, HEAT_PAD.top + this.inner / 2);
    this.axis(
      context,
      [
        [0, "0"],
        [0.5, `${Math.round(total / 2)}`],
        [1, `${total}`],
      ],
      "epoch",
    );
  }

  ink(context, share) {
    const { theme } = this.view;
    context.fillStyle = theme.shade(share);
    context.font = `12px ${theme.font}`;
  }

  axis(context, marks, title) {
    const y = HEAT_PAD.top + this.inner;
    context.textBaseline = "top";
    for (const [at, text] of marks) {
      context.textAlign = at === 0 ? "left" : at === 1 ? "right" : "center";
      context.fillText(text, this.left + at * this.span, y + 5);
    }
    context.textAlign = "center";
    context.fillText(title, this.left + this.span / 2, y + 19);
  }

  /** The playhead, and the cell under the pointer. */
  drawOver(panel, index) {
    const { store, theme, focus } = this.view;
    const context = this.brush(panel.over);
    context.strokeStyle = theme.shade(1);
    context.lineWidth = 1.25;
    if (this.across) {
      const x = this.left + ((store.frames[index].epoch + 0.5) / (store.total + 1)) * this.span;
      context.beginPath();
      context.moveTo(x, HEAT_PAD.top - 6);
      context.lineTo(x, HEAT_PAD.top + this.inner);
      context.stroke();
      return;
    }
    const row = this.over ? this.over.row : this.order.indexOf(focus);
    if (row >= 0)
      context.strokeRect(
        this.left,
        HEAT_PAD.top + row * this.rowHeight - 0.5,
        this.span,
        Math.max(3, this.rowHeight),
      );
  }

  point(panel, event) {
    const box = panel.base.getBoundingClientRect();
    const across = (event.clientX - box.left - this.left) / this.span;
    const down = (event.clientY - box.top - HEAT_PAD.top) / this.inner;
    this.hoverCell(
      across < 0 || across >= 1 || down < 0 || down >= 1
        ? null
        : { across, down, row: Math.floor(down * this.order.length) },
    );
  }

  hoverCell(cell) {
    if (!cell && !this.over) return;
    this.over = cell;
    this.view.redraw();
  }

  /** Press a class to see it over epochs, or an epoch to go there. */
  press(panel, event) {
    this.point(panel, event);
    if (!this.over) return;
    if (this.across) {
      this.view.player.seek(
        this.view.store.indexOf(Math.floor(this.over.across * (this.view.store.total + 1))),
      );
      this.view.rest();
      return;
    }
    this.c = this.order[this.over.row];
    this.over = null;
    this.setMode("epochs");
  }

  /** The hovered cell in words, under every panel. */
  describe() {
    const { store, player } = this.view;
    for (const { note, m } of this.panels) {
      if (!this.over) {
        note.textContent = this.across ? store.classes[this.c] : "\u00a0";
        continue;
      }
      const c = this.across ? this.c : this.order[this.over.row];
      const index = this.across
        ? store.indexOf(Math.floor(this.over.across * (store.total + 1)))
        : player.index;
      const row = rowOf(store, index, m, this.what, c);
      const b = Math.min(
        row.length - 1,
        Math.floor((this.across ? 1 - this.over.down : this.over.across) * row.length),
      );
      const epoch = this.across ? `, epoch ${store.frames[index].epoch}` : "";
      const [low, high] = [b, b + 1].map((edge) => (edge / row.length).toFixed(2));
      const share = percent(row[b] / totalOf(row));
      note.textContent = `${store.classes[c]}${epoch}, g from ${low} to ${high}: ${share} %`;
    }
  }

  summary(panel, index) {
    const { store } = this.view;
    const words = (c) => {
      const row = rowOf(store, index, panel.m, this.what, c);
      const hard = row.subarray(row.length >> 1).reduce((a, b) => a + b, 0);
      return `${store.classes[c]} ${Math.round((100 * hard) / totalOf(row))} percent`;
    };
    const classes = this.across ? [this.c] : this.order.slice(0, 12);
    const where = `${panel.label}, epoch ${store.frames[index].epoch}.`;
    return `${where} Share of hard samples: ${classes.map(words).join(", ")}.`;
  }

  twinData(index) {
    return this.data(index, this.order);
  }

  data(index, shown = this.view.store.byCount) {
    const { store } = this.view;
    if (this.across) return heatRows(store, [...store.frames.keys()], [this.c]);
    return heatRows(store, [index], shown);
  }
}
