// Confusion of each method as a heat map: rows are the true class, columns the predicted one.
import { CellGallery } from "../controls/cell_gallery.js";
import { clearedContext, fit, fitCanvas, pixelRatio } from "../draw/canvas.js";
import { describe } from "../draw/describe.js";
import { el } from "../draw/dom.js";
import { count, percent } from "../draw/format.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";
import { mix, parseColor } from "../draw/theme.js";

export default {
  title: "Which classes each method confuses",
  caption: [
    "Rows are the true class, columns the predicted one;",
    "a row sums to 100 % of the test samples of its class.",
    "The diagonal is correct, everything beside it a mistake;",
    "shade grows with the square root of the share.",
    "Point at a cell to read it in all panels.",
    "Press one to see its test images; with the keyboard, arrows choose a cell and Enter opens it.",
  ],
  suits: (store) => !store.field(0, "mistaken"),
  instead: "mistakes",
  legend: true,
  main: true,
  create: (view) => new Confusions(view),
};

const NAMES_MOST = 12;
const VALUES_FROM = 26;

/** Small multiples for data that has no plane to draw. */
class Confusions {
  constructor(view) {
    this.view = view;
    this.raster = true;
    this.grid = el("div", { class: "hv-planes hv-confusions" });
    this.gallery = new CellGallery(view);
    this.node = el("div", {}, this.grid, this.gallery.node);
  }

  build() {
    const { store, theme } = this.view;
    this.right = parseColor(theme.style.heat[theme.mode].right);
    this.wrong = parseColor(theme.style.heat[theme.mode].wrong);
    this.inkOn = (rgb) =>
      0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140 ? "#14181d" : "#ffffff";
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.grid, nodes);
    this.gallery.close();
    this.size();
  }

  panel(label, m) {
    const base = el("canvas", { role: "img", "aria-label": label, tabindex: 0 });
    const accuracy = el("b");
    const note = el("p", { class: "hv-cell", "aria-live": "off" });
    const fact = el(
      "div",
      {},
      el("dt", { text: "balanced accuracy" }),
      el("dd", {}, accuracy, " %"),
    );
    const canvas = el("div", { class: "hv-canvas" }, base);
    const node = methodFigure(this.view, m, [canvas, note], el("dl", {}, fact));
    const panel = { node, base, accuracy, note, m, label };
    base.addEventListener("pointermove", (event) => this.point(panel, event));
    base.addEventListener("pointerleave", () => this.hoverCell(null));
    base.addEventListener("click", (event) => {
      this.point(panel, event);
      this.open(panel);
    });
    base.addEventListener("keydown", (event) => this.key(panel, event));
    return panel;
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.panels[0]?.base.parentElement.clientWidth || 300;
    const c = this.view.store.classes.length;
    this.named = c <= NAMES_MOST;
    const inset = this.named ? Math.min(78, this.width * 0.24) : 22;
    this.left = inset;
    this.cell = (this.width - this.left - 1) / c;
    this.turned = this.named && this.cell > 16 && this.tooWide();
    this.top = this.turned ? 58 : 22;
    this.height = this.top + this.cell * c + 2;
    for (const { base } of this.panels) {
      fitCanvas(base, this.width, this.height, this.ratio);
      base.parentElement.style.height = `${this.height}px`;
    }
  }

  draw(index) {
    for (const panel of this.panels) this.drawPanel(panel, index);
    this.describe();
    this.gallery.draw(index);
  }

  drawPanel(panel, index) {
    const { store, theme } = this.view;
    const context = clearedContext(panel.base, this.width, this.height, this.ratio);
    const c = store.classes.length;
    const shares = store.raw(index, panel.m, "confusion");
    panel.accuracy.textContent = percent(store.scalar(index, panel.m, "accuracy"));
    const { scale } = store.field(index, "confusion");
    const gap = this.cell > 12 ? 1 : 0;
    const values = this.cell >= VALUES_FROM;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${this.cell > 34 ? 12 : 10.5}px ${theme.font}`;
    for (let row = 0; row < c; row++) {
      for (let column = 0; column < c; column++) {
        const share = shares[row * c + column] * scale;
        const [full, depth] =
          share > 0
            ? [row === column ? this.right : this.wrong, 0.06 + 0.94 * Math.sqrt(share)]
            : [theme.ink, 0.03];
        const rgb = mix(theme.surface, full, depth).map(Math.round);
        const x = this.left + column * this.cell;
        const y = this.top + row * this.cell;
        context.fillStyle = `rgb(${rgb.join(",")})`;
        context.fillRect(x, y, this.cell - gap + 0.4, this.cell - gap + 0.4);
        if (values && share >= 0.005) {
          context.fillStyle = this.inkOn(rgb);
          context.fillText(
            Math.round(100 * share),
            x + (this.cell - gap) / 2,
            y + this.cell / 2 + 0.5,
          );
        }
      }
    }
    this.drawAxes(context);
    this.drawCell(context);
    const words = () => this.summary(panel, index, shares, scale);
    describe(panel.base, this.view.player, panel.label, words);
  }

  /** Whether a class's name is wider than its column, so that the names are written slanted. */
  tooWide() {
    const context = this.panels[0].base.getContext("2d");
    context.font = `11px ${this.view.theme.font}`;
    return this.view.store.classes.some((name) => context.measureText(name).width > this.cell - 2);
  }

  /** A name above its column, coming down to the column's middle from the left. */
  slantedName(context, name, x) {
    context.save();
    context.translate(x, this.top - 5);
    context.rotate(0.69);
    context.textAlign = "right";
    context.fillText(fit(context, name, 76), 0, 0);
    context.restore();
  }

  drawAxes(context) {
    const { store, theme } = this.view;
    const c = store.classes.length;
    context.fillStyle = theme.shade(0.75);
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    const every = this.named ? 1 : Math.ceil(c / 10);
    for (let i = 0; i < c; i += every) {
      const at = (i + 0.5) * this.cell;
      context.textAlign = "right";
      context.fillText(
        this.named ? fit(context, store.classes[i], this.left - 8) : i,
        this.left - 6,
        this.top + at,
      );
      context.textAlign = "center";
      if (this.turned) this.slantedName(context, store.classes[i], this.left + at);
      else if (!this.named || this.cell > 16)
        context.fillText(
          fit(
            context,
            this.named ? store.classes[i] : `${i}`,
            this.cell * (this.named ? 1 : every) - 2,
          ),
          this.left + at,
          this.top - 9,
        );
    }
  }

  drawCell(context) {
    if (!this.over) return;
    const { row, column } = this.over;
    context.strokeStyle = this.view.theme.shade(1);
    context.lineWidth = 1.5;
    const size = Math.max(this.cell, 4);
    context.strokeRect(this.left + column * this.cell, this.top + row * this.cell, size, size);
  }

  summary(panel, index, shares, scale) {
    const { store } = this.view;
    const c = store.classes.length;
    const worst = [...shares.keys()]
      .filter((i) => Math.floor(i / c) !== i % c)
      .sort((a, b) => shares[b] - shares[a])
      .slice(0, 3);
    const words = worst.map((i) => {
      const [from, to] = [store.classes[Math.floor(i / c)], store.classes[i % c]];
      return `${from} mistaken for ${to} ${percent(shares[i] * scale, 0)} percent`;
    });
    const what = `Confusion of ${panel.label} at epoch ${store.frames[index].epoch}.`;
    return `${what} Most frequent mistakes: ${words.join("; ")}.`;
  }

  data(index) {
    const { store } = this.view;
    const c = store.classes.length;
    const rows = [];
    for (const m of store.methods.keys()) {
      if (!store.field(index, "confusion")) break;
      for (let i = 0; i < c * c; i++)
        rows.push([
          store.frames[index].epoch,
          store.methods[m],
          store.classes[Math.floor(i / c)],
          store.classes[i % c],
          store.value(index, m, "confusion", i),
        ]);
    }
    return {
      columns: ["epoch", "method", "true class", "predicted", "share of the true class"],
      rows,
    };
  }

  point(panel, event) {
    const box = panel.base.getBoundingClientRect();
    const c = this.view.store.classes.length;
    const column = Math.floor((event.clientX - box.left - this.left) / this.cell);
    const row = Math.floor((event.clientY - box.top - this.top) / this.cell);
    this.hoverCell(row >= 0 && column >= 0 && row < c && column < c ? { row, column } : null);
  }

  open(panel) {
    if (this.over) this.gallery.open(panel.m, this.over.row, this.over.column);
  }

  /** Arrows move from cell to cell, Enter and Space open one, Escape closes it. */
  key(panel, event) {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const last = this.view.store.classes.length - 1;
    const inside = (i) => Math.min(last, Math.max(0, i));
    if (by[event.key]) {
      const [down, right] = by[event.key];
      const { row, column } = this.over ?? { row: -down, column: -right };
      this.hoverCell({ row: inside(row + down), column: inside(column + right) });
    } else if (event.key === "Enter" || event.key === " ") this.open(panel);
    else if (event.key === "Escape") this.gallery.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  hoverCell(cell) {
    const same =
      this.over && cell && this.over.row === cell.row && this.over.column === cell.column;
    if (same || (!cell && !this.over)) return;
    this.over = cell;
    this.view.redraw();
  }

  /** The hovered cell in words, under every panel. */
  describe() {
    const { store, player } = this.view;
    for (const { note, m } of this.panels) {
      if (!this.over) {
        note.textContent = "\u00a0";
        continue;
      }
      const { row, column } = this.over;
      const share = store.value(player.index, m, "confusion", row * store.classes.length + column);
      const n = store.scene.test_counts[row];
      const of = n ? `${percent(share)} % of n = ${count(n)}` : "no test sample";
      note.textContent = `${store.classes[row]} → ${store.classes[column]}: ${of}`;
    }
  }
}
