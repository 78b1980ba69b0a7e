// Numbers over epochs, one line per method, with the playhead drawn through them.
import { bandsOf } from "../data/bands.js";
import { metricsOf } from "../data/metrics.js";
import { ticks } from "../draw/axis.js";
import { el, svg } from "../draw/dom.js";
import { epochAxes } from "../draw/epoch_axes.js";
import { short, spreadLabels } from "../draw/labels.js";
import { methodMark } from "../draw/marks.js";
import { shapePath } from "../draw/shapes.js";

export default {
  title: "Over epochs",
  caption: [
    "One line per method, on the test set; the vertical line marks the epoch shown above.",
    "Press or drag to move it.",
  ],
  parts: [],
  beside: "bars",
  create: (view) => new Curves(view),
};

const HEIGHT = 350;
const PAD = { top: 14, bottom: 42, left: 50, right: 16, side: 12, gap: 8, drop: 18 };

class Curves {
  constructor(view) {
    this.view = view;
    this.choice = "accuracy";
    this.tabs = el("div", {
      class: "hv-tabs",
      "data-skip": "",
      role: "radiogroup",
      "aria-label": "Number shown",
      onkeydown: (event) => this.turn(event),
    });
    this.plot = svg("svg", { class: "hv-plot", role: "img", "aria-label": "Curves over epochs" });
    this.tip = el("div", { class: "hv-tip", hidden: true, "aria-hidden": "true" });
    this.box = el("div", { class: "hv-plotbox" }, this.plot, this.tip);
    this.key = el("div", { class: "hv-key" });
    this.node = el("div", {}, this.tabs, this.key, this.box);
    this.plot.addEventListener("pointermove", (event) => this.move(event));
    this.plot.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.plot.addEventListener("pointerdown", (event) => this.press(event));
    this.plot.addEventListener("pointerup", () => {
      if (this.held) view.rest();
      this.held = false;
    });
  }

  /** Draw everything: after new frames, and for another size, theme or number. */
  build() {
    const { store } = this.view;
    this.known = metricsOf(store);
    this.metric = this.known.find((metric) => metric.id === this.choice) ?? this.known[0];
    this.buildTabs();
    this.width = Math.max(280, this.box.clientWidth || 600);
    this.wide = this.width >= 520;
    this.right = this.wide ? 132 : PAD.right;
    this.factor = this.metric.share ? 100 : 1;
    this.series = store.methods.map((_, m) =>
      store.frames
        .map((frame, i) => [frame.epoch, this.metric.read(i, m)])
        .filter(([, v]) => v != null)
        .map(([e, v]) => [e, v * this.factor]),
    );
    this.domain();
    this.buildKey();
    this.heading.textContent = `${this.metric.label} over epochs`;
    this.plot.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.plot.setAttribute("height", HEIGHT);
    this.plot.replaceChildren(
      this.axes(),
      this.reference(),
      ...this.shades(),
      ...this.lines(),
      this.cursor(),
    );
    const name = `${this.metric.label} over epochs, one line for each of ${store.methods.length}`;
    this.plot.setAttribute("aria-label", `${name} methods. The table below has the numbers.`);
  }

  size() {
    this.build();
  }

  extend() {
    this.build();
  }

  buildTabs() {
    this.tabs.replaceChildren(
      ...this.known.map((metric) =>
        el("button", {
          type: "button",
          role: "radio",
          "aria-checked": metric === this.metric,
          tabindex: metric === this.metric ? 0 : -1,
          text: metric.label,
          onclick: () => this.choose(metric.id),
        }),
      ),
    );
  }

  /** What the bands are, if there are any, and whether the plot cuts them off. */
  bandNote() {
    if (!this.bands.length) return "";
    const { note, repeats = "several" } = this.view.store.bands;
    const usual = `Bands: lowest to highest of ${repeats} seeds. Lines: the seed on screen.`;
    const ends = this.bands.flatMap(([, ...limits]) => limits.flat()).filter(Number.isFinite);
    const beyond = ends.some((v) => {
      return v * this.factor > this.high + 1e-9 || v * this.factor < this.low - 1e-9;
    });
    const cut = " They extend beyond the edge of the plot; the table has their full range.";
    return (note ?? usual) + (beyond ? cut : "");
  }

  /** Names of the lines above the plot, where there is no room beside them. */
  buildKey() {
    const { store, theme } = this.view;
    const note = this.bandNote();
    this.key.hidden = this.wide && !note;
    const names = this.wide
      ? []
      : store.methods.map((label, m) => el("span", {}, methodMark(theme, m, 22), label));
    if (note)
      names.push(el("span", { class: "hv-bandnote" }, el("u", { "aria-hidden": "true" }), note));
    if (!this.wide && this.metric.mark != null)
      names.push(el("span", {}, el("i", { "aria-hidden": "true" }), this.markText()));
    this.key.replaceChildren(...names);
  }

  markText() {
    return `best possible ${(this.metric.mark * this.factor).toFixed(1)}`;
  }

  choose(id) {
    this.choice = id;
    const focused = this.tabs.contains(this.tabs.getRootNode().activeElement);
    this.build();
    this.draw(this.view.player.index);
    if (focused) this.tabs.querySelector("[aria-checked=true]").focus();
  }

  turn(event) {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.known.indexOf(this.metric) + by;
    this.choose(this.known[(at + this.known.length) % this.known.length].id);
  }

  domain() {
    const values = this.series.flat().map(([, v]) => v);
    const mark = this.metric.mark != null ? [this.metric.mark * this.factor] : [];
    this.bands = bandsOf(this.view.store, this.metric);
    const reach = this.reach(values);
    const edges = this.bands
      .flat(2)
      .filter(Number.isFinite)
      .map((v) => Math.max(reach[0], Math.min(reach[1], v * this.factor)));
    let low = this.metric.low ?? Math.min(...values, ...mark, ...edges);
    let high = Math.max(...values, ...mark, ...edges);
    const room = (high - low || 1) * 0.08;
    low =
      this.metric.low ??
      Math.max(this.metric.share && !this.metric.signed ? 0 : -Infinity, low - room);
    high = this.metric.share ? Math.min(100, high + room) : high + room;
    const grid = ticks(low, high);
    const step = grid.length > 1 ? grid[1] - grid[0] : high - low || 1;
    this.low = Math.floor(low / step + 1e-9) * step;
    this.high = Math.ceil(high / step - 1e-9) * step;
    this.x = (epoch) =>
      PAD.left + (epoch / this.view.store.total) * (this.width - PAD.left - this.right);
    this.y = (value) =>
      HEIGHT -
      PAD.bottom -
      ((value - this.low) / (this.high - this.low || 1)) * (HEIGHT - PAD.top - PAD.bottom);
  }

  /** How far bands may stretch the axis: as far again as the lines go, to each side. */
  reach(values) {
    const means = this.bands
      .flatMap(([mean]) => mean)
      .filter(Number.isFinite)
      .map((v) => v * this.factor);
    const all = [...values, ...means];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = Math.max(high - low, 0.05 * Math.abs(high));
    return [low - room, high + room];
  }

  axes() {
    const { total } = this.view.store;
    const marks = ticks(this.low, this.high);
    const epochs = ticks(0, total, this.wide ? 6 : 4).filter(Number.isInteger);
    const plot = {
      ...PAD,
      base: HEIGHT - PAD.bottom,
      end: this.width - this.right,
      bottom: HEIGHT,
    };
    const group = svg("g", { class: "hv-axis" });
    group.append(...epochAxes(plot, this, { marks, epochs, title: this.metric.axis }));
    return group;
  }

  /** The best any rule can do, if it is known. */
  reference() {
    const group = svg("g", { class: "hv-reference" });
    if (this.metric.mark == null) return group;
    const y = this.y(this.metric.mark * this.factor);
    group.append(svg("line", { x1: PAD.left, x2: this.width - this.right, y1: y, y2: y }));
    return group;
  }

  /** Low to high over the seeds, one area per method, cut off at the edge of the plot. */
  shades() {
    const { store, theme } = this.view;
    const epochs = store.bandEpochs;
    return this.bands.map(([, low, high], m) => {
      const known = epochs
        .map((epoch, i) => [epoch, low[i], high[i]])
        .filter(
          ([epoch, a, b]) => Number.isFinite(a) && Number.isFinite(b) && epoch <= store.total,
        );
      const inside = (v) => Math.max(this.low, Math.min(this.high, v * this.factor));
      const at = (epoch, v) => `${this.x(epoch).toFixed(1)} ${this.y(inside(v)).toFixed(1)}`;
      const d = known.length
        ? `M${known.map(([epoch, , b]) => at(epoch, b)).join("L")}L${known
            .reverse()
            .map(([epoch, a]) => at(epoch, a))
            .join("L")}Z`
        : "";
      return svg("path", { d, class: "hv-shade", fill: theme.methodColor(m), "data-method": m });
    });
  }

  /** The metric shown, of every method at every epoch, with its band. */
  data() {
    const { store } = this.view;
    const epochs = store.bandEpochs;
    const banded = this.bands.length > 0;
    const rows = store.frames.flatMap((frame, i) =>
      store.methods.map((label, m) => {
        const band = banded
          ? this.bands[m].map((values) => values[epochs.indexOf(frame.epoch)])
          : [];
        return [frame.epoch, label, this.metric.read(i, m), ...band];
      }),
    );
    const unit = this.metric.share ? `${this.metric.label} (share)` : this.metric.axis;
    return {
      columns: ["epoch", "method", unit, ...(banded ? ["mean over seeds", "low", "high"] : [])],
      rows,
    };
  }

  lines() {
    const { theme, store } = this.view;
    const ends = this.series
      .map((points, m) => ({ m, y: points.length ? this.y(points.at(-1)[1]) : 0, points }))
      .filter((s) => s.points.length);
    const out = ends.map(({ m, points }) => {
      const d =
        "M" + points.map(([e, v]) => `${this.x(e).toFixed(1)} ${this.y(v).toFixed(1)}`).join("L");
      return svg("path", {
        d,
        class: "hv-line",
        stroke: theme.methodColor(m),
        "stroke-dasharray": theme.methodDash(m),
      });
    });
    for (const { m, points } of ends) {
      const [e, v] = points.at(-1);
      out.push(
        svg("path", {
          d: shapePath(theme.methodMarker(m), this.x(e), this.y(v), 4.2),
          fill: theme.methodColor(m),
          class: "hv-end",
        }),
      );
    }
    if (!this.wide) return out;
    const tags = ends.map(({ m, y, points }) => ({
      y,
      x: this.x(points.at(-1)[0]),
      text: short(store.methods[m], 18),
      kind: "hv-label",
    }));
    if (this.metric.mark != null)
      tags.push({
        y: this.y(this.metric.mark * this.factor),
        x: this.width - this.right,
        text: this.markText(),
        kind: "",
      });
    for (const { x, y, at, text, kind } of spreadLabels(
      tags,
      17,
      PAD.top - 2,
      HEIGHT - PAD.bottom,
    )) {
      if (Math.abs(at - y) > 5)
        out.push(svg("line", { x1: x + 6, y1: y, x2: x + 11, y2: at, class: "hv-leader" }));
      out.push(svg("text", { x: x + 14, y: at + 4, class: kind }, text));
    }
    return out;
  }

  cursor() {
    const { theme } = this.view;
    this.needle = svg("line", {
      y1: PAD.top - 6,
      y2: HEIGHT - PAD.bottom,
      x1: 0,
      x2: 0,
      class: "hv-needle",
    });
    this.dots = this.series.map((_, m) =>
      svg("path", {
        d: shapePath(theme.methodMarker(m), 0, 0, 4.2),
        fill: theme.methodColor(m),
        class: "hv-end",
      }),
    );
    return svg("g", {}, this.needle, ...this.dots);
  }

  draw(index) {
    const { store } = this.view;
    const x = this.x(store.frames[index].epoch);
    this.needle.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    this.dots.forEach((dot, m) => {
      const value = this.metric.read(index, m);
      dot.style.display = value == null ? "none" : "";
      if (value != null)
        dot.setAttribute(
          "transform",
          `translate(${x.toFixed(1)} ${this.y(value * this.factor).toFixed(1)})`,
        );
    });
  }

  indexAt(event) {
    const box = this.plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    const epoch = ((x - PAD.left) / (this.width - PAD.left - this.right)) * this.view.store.total;
    return this.view.store.indexOf(Math.round(Math.max(0, epoch)));
  }

  press(event) {
    this.held = true;
    this.plot.setPointerCapture(event.pointerId);
    this.view.player.seek(this.indexAt(event));
    this.view.scrubber.refresh();
  }

  move(event) {
    const index = this.indexAt(event);
    if (this.held) this.view.player.seek(index);
    this.readOut(index);
  }

  readOut(index) {
    const { store, theme } = this.view;
    const unit = this.metric.share ? " %" : "";
    const rows = store.methods
      .map((label, m) => [label, m, this.metric.read(index, m)])
      .sort((a, b) => (b[2] ?? -1) - (a[2] ?? -1));
    this.tip.replaceChildren(
      el("b", { text: `epoch ${store.frames[index].epoch}` }),
      ...rows.map(([label, m, value]) =>
        el(
          "div",
          {},
          methodMark(theme, m, 22),
          el("span", { text: label }),
          el("em", {
            text:
              value == null
                ? "–"
                : `${(value * this.factor).toFixed(this.metric.share ? 1 : 3)}${unit}`,
          }),
        ),
      ),
    );
    this.tip.hidden = false;
    const x = (this.x(store.frames[index].epoch) / this.width) * this.box.clientWidth;
    const left =
      x + 14 + this.tip.offsetWidth > this.box.clientWidth ? x - 14 - this.tip.offsetWidth : x + 14;
    this.tip.style.transform = `translate(${Math.max(0, left).toFixed(0)}px, 12px)`;
  }
}
