// One class: how regionCount samples at each difficulty, and below what the optimiser sees of them.
import { classHistogram, cumulated, regionText, regionsOf } from "../data/regions.js";
import { axisText, roundUp, ticks } from "../draw/axis.js";
import { describe } from "../draw/describe.js";
import { el, svg } from "../draw/dom.js";
import { cellText, count } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";
import { rampPath, stepPath } from "../draw/outlines.js";
import { shapePath } from "../draw/shapes.js";

const ROOM = { left: 40, right: 8, top: 26, gap: 40, bottom: 30, row: 92 };
const ROWS_DRAWN = ["count", "pull"];
export const CHART_HEIGHT = ROOM.top + 2 * ROOM.row + ROOM.gap + ROOM.bottom;

export class ClassChart {
  constructor(panel, c) {
    this.panel = panel;
    this.view = panel.view;
    this.c = c;
    this.node = el("figure", { class: "hv-classchart", "data-class": c });
    this.tops = new Map();
  }

  /** Make the drawing: when it first comes into view, and for another width, theme or choice. */
  build() {
    const { view, c, panel } = this;
    const { store, theme } = view;
    this.width = Math.max(200, this.node.clientWidth || panel.cardWidth || 300);
    this.regionCount = this.regionsShown(view.player.index);
    this.note = el("span", { class: "hv-quiet" });
    this.plot = svg("svg", {
      class: "hv-plot hv-hist",
      viewBox: `0 0 ${this.width} ${CHART_HEIGHT}`,
      height: CHART_HEIGHT,
      width: this.width,
      tabindex: 0,
      role: "img",
    });
    this.band = this.column("hv-band");
    this.chosen = this.column("hv-chosen");
    this.rows = ROWS_DRAWN.map((what, r) => this.plotRow(what, r));
    this.spots = svg("g");
    this.plot.append(
      this.chosen,
      this.band,
      ...this.rows.map(({ group }) => group),
      this.spots,
      this.xAxis(),
    );
    const name = el("span", { class: "hv-name", text: store.classes[c], title: store.classes[c] });
    this.node.replaceChildren(
      el("figcaption", {}, el("h3", {}, classMark(theme, c, 14), name), this.note),
      this.plot,
    );
    this.plot.addEventListener("pointermove", (event) => this.hover(event));
    this.plot.addEventListener("pointerleave", () => this.leave());
    this.plot.addEventListener("click", (event) => panel.choose(c, this.regionUnder(event)));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("blur", () => this.leave());
    this.built = true;
  }

  /** A rectangle over both rows, to mark a region. */
  column(kind) {
    const height = 2 * ROOM.row + ROOM.gap;
    return svg("rect", { class: kind, y: ROOM.top, height, visibility: "hidden" });
  }

  /** The number of regions the pointer works with. */
  regionsShown(index) {
    const { store } = this.view;
    const { choice, method } = this.panel;
    return regionsOf(store, index, method, this.c, choice).regionCount;
  }

  plotRow(what, r) {
    const top = ROOM.top + r * (ROOM.row + ROOM.gap);
    const group = svg("g", { class: "hv-histrow" });
    const title = svg("text", { x: 0, y: top - 12, class: "hv-label" });
    const axis = svg("g");
    const { theme, store } = this.view;
    const paths = store.methods.map((_, m) =>
      svg("path", {
        class: "hv-step",
        stroke: theme.methodColor(m),
        "stroke-dasharray": theme.methodDash(m),
        "data-method": m,
      }),
    );
    const base = svg("line", {
      x1: ROOM.left,
      x2: this.width - ROOM.right,
      y1: top + ROOM.row,
      y2: top + ROOM.row,
      class: "hv-baseline",
    });
    group.append(title, axis, ...paths, base);
    return { what, top, group, title, axis, paths };
  }

  x(g) {
    return ROOM.left + g * (this.width - ROOM.left - ROOM.right);
  }

  xAxis() {
    const group = svg("g");
    const y = CHART_HEIGHT - ROOM.bottom;
    for (const g of [0, 0.5, 1])
      group.append(
        svg(
          "text",
          {
            x: this.x(g),
            y: y + 15,
            "text-anchor": g === 0 ? "start" : g === 1 ? "end" : "middle",
          },
          `${g}`,
        ),
      );
    group.append(
      svg("text", { x: this.x(0.25), y: y + 15, "text-anchor": "middle" }, "easy"),
      svg("text", { x: this.x(0.75), y: y + 15, "text-anchor": "middle" }, "hard"),
    );
    group.append(
      svg("text", { x: this.x(0.5), y: y + 28, "text-anchor": "middle" }, "gradient norm g"),
    );
    this.edges = svg("g", { class: "hv-edges" });
    this.edged = 0;
    group.prepend(this.edges);
    return group;
  }

  /** Values of a row for a method as they are drawn: densities where region widths differ. */
  values(index, m, what) {
    const { store } = this.view;
    const { choice, sums } = this.panel;
    const got = classHistogram(store, index, m, this.c, what, choice);
    if (sums) return { ...got, drawn: cumulated(got.values) };
    const per = this.mixed ? got.regionCount / 10 : 1;
    return { ...got, drawn: per === 1 ? got.values : got.values.map((v) => v * per) };
  }

  /** Whether the overlaid methods cut this class into different numbers of regions. */
  widthsDiffer(index) {
    const { store } = this.view;
    const { choice } = this.panel;
    const seen = new Set(
      store.methods.map((_, m) => regionsOf(store, index, m, this.c, choice).regionCount),
    );
    return seen.size > 1;
  }

  /** Where the axis ends: a round number above the values of this epoch, or of all epochs. */
  top(what, index) {
    const { store } = this.view;
    if (!this.panel.fixed) {
      let most = 0;
      for (const m of this.panel.shown)
        for (const v of this.values(index, m, what).drawn) if (v > most) most = v;
      return roundUp(most);
    }
    const { sums, choice, logs } = this.panel;
    const key = `${what} ${sums} ${choice} ${logs} ${store.run} ${[...this.panel.shown].join()}`;
    const known = this.tops.get(key) ?? { frames: 0, top: 0 };
    for (let i = known.frames; i < store.frames.length; i++) {
      for (const m of this.panel.shown) {
        for (const v of this.values(i, m, what).drawn) if (v > known.top) known.top = v;
      }
    }
    known.frames = store.frames.length;
    this.tops.set(key, known);
    return roundUp(known.top);
  }

  draw(index) {
    if (!this.built) this.build();
    const { store } = this.view;
    const { panel, c } = this;
    this.mixed = this.widthsDiffer(index);
    this.regionCount = this.regionsShown(index);
    const own = regionsOf(store, index, panel.method, c, panel.choice);
    const words = {
      own: `${own.regionCount} regions`,
      shared: `${own.regionCount} regions for all`,
      lent: `${own.regionCount} regions`,
      equal: `${own.regionCount} equal bins`,
    }[own.source];
    const note = `N = ${count(store.scene.train_counts[c])} · ${words}`;
    if (this.note.textContent !== note) this.note.textContent = note;
    const still = !this.view.player.playing;
    for (const row of this.rows) this.drawRow(row, index, still);
    this.drawEdges();
    this.drawChosen();
    this.drawSpots(index);
    describe(this.plot, this.view.player, store.classes[c], () => this.summary(index));
  }

  drawRow(row, index, still) {
    const { panel } = this;
    const top = this.top(row.what, index);
    const grow = panel.logs ? (v) => Math.log1p(v) / Math.log1p(top) : (v) => v / top;
    const y = (v) => row.top + ROOM.row - grow(v) * ROOM.row;
    const unit = panel.sums ? ", cumulative" : this.mixed ? " per 0.1 of g" : "";
    const title = `${row.what === "count" ? "samples" : "count × weight × g"}${unit}`;
    const drawn = `${top} ${panel.logs} ${title} ${this.width}`;
    if (row.drawn !== drawn) {
      row.drawn = drawn;
      row.title.textContent = title;
      row.axis.replaceChildren(
        ...this.yTicks(top).flatMap((v) => [
          svg("line", {
            x1: ROOM.left,
            x2: this.width - ROOM.right,
            y1: y(v),
            y2: y(v),
            class: "hv-gridline",
          }),
          svg("text", { x: ROOM.left - 6, y: y(v) + 4, "text-anchor": "end" }, axisText(v)),
        ]),
      );
    }
    const x = (g) => this.x(g);
    row.paths.forEach((path, m) => {
      path.style.display = panel.shown.has(m) ? "" : "none";
      if (!panel.shown.has(m)) return;
      const { drawn: values, values: exact } = this.values(index, m, row.what);
      path.setAttribute(
        "d",
        panel.sums ? rampPath(values, x, y) : stepPath(values, x, y, row.top + ROOM.row),
      );
      if (still)
        path.setAttribute(
          "data-values",
          Array.from(exact, (v) => Number(v.toPrecision(6))).join(" "),
        );
    });
  }

  yTicks(top) {
    if (!this.panel.logs) return ticks(0, top, 3);
    const out = [0];
    for (let v = 1; v <= top; v *= 10) out.push(v);
    return out.length > 4
      ? out.filter((_, i) => i % 2 === out.length % 2 || !i)
      : out.length > 1
        ? out
        : [0, top];
  }

  /** Ticks at the limits of the regions. */
  drawEdges() {
    if (this.edged === this.regionCount) return;
    this.edged = this.regionCount;
    const lines = [];
    const height = this.regionCount > 40 ? 3 : 5;
    for (const { top } of this.rows) {
      for (let b = 0; b <= this.regionCount; b++) {
        const x = this.x(b / this.regionCount).toFixed(1);
        lines.push(`M${x} ${top + ROOM.row}v${height}`);
      }
    }
    this.edges.replaceChildren(
      svg("path", { d: lines.join(""), class: "hv-baseline", fill: "none" }),
    );
  }

  place(rect, b) {
    const shown = b != null && b < this.regionCount;
    rect.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    rect.setAttribute("x", this.x(b / this.regionCount));
    rect.setAttribute("width", (this.width - ROOM.left - ROOM.right) / this.regionCount);
  }

  drawChosen() {
    const { chosen } = this.panel;
    this.place(this.chosen, chosen?.c === this.c ? chosen.region : null);
  }

  /** Where the selected sample lies under each method. */
  drawSpots(index) {
    const { store, theme, selected } = this.view;
    const mine = selected != null && store.static.targets[selected] === this.c;
    if (!mine && !this.spots.childElementCount) return;
    this.spots.replaceChildren(
      ...(mine ? [...this.panel.shown] : []).map((m) => {
        const x = this.x(store.value(index, m, "grad", selected));
        return svg("path", {
          d: shapePath(theme.methodMarker(m), x, ROOM.top + ROOM.row + 11, 4),
          fill: theme.methodColor(m),
          class: "hv-end",
        });
      }),
    );
  }

  regionUnder(event) {
    const box = this.plot.getBoundingClientRect();
    const g =
      (((event.clientX - box.left) / box.width) * this.width - ROOM.left) /
      (this.width - ROOM.left - ROOM.right);
    return Math.max(0, Math.min(this.regionCount - 1, Math.floor(g * this.regionCount)));
  }

  hover(event) {
    this.point(this.regionUnder(event));
    this.panel.showTip(this, this.at, event.clientX, event.clientY);
  }

  point(b) {
    this.at = b;
    this.place(this.band, b);
  }

  leave() {
    this.at = null;
    this.place(this.band, null);
    this.panel.showTip(null);
  }

  /** Without a mouse: comma and full stop move the region, Enter lists its samples. */
  key(event) {
    const by = { ",": -1, ".": 1, Enter: 0 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = this.at ?? this.panel.chosen?.region ?? 0;
    if (!by) this.panel.choose(this.c, this.at ?? at);
    else {
      this.point(Math.max(0, Math.min(this.regionCount - 1, at + (this.at == null ? 0 : by))));
      const box = this.plot.getBoundingClientRect();
      this.panel.showTip(
        this,
        this.at,
        box.left + this.x((this.at + 0.5) / this.regionCount) * (box.width / this.width),
        box.top + 40,
      );
    }
  }

  /** The hovered region: what each method has there. */
  readOut(b) {
    const { store } = this.view;
    const rows = [...this.panel.shown].map((m) => this.readRow(m, b));
    const heads = ["samples", "× weight × g"].map((text) => el("th", { scope: "col", text }));
    const head = el("thead", {}, el("tr", {}, el("th"), ...heads));
    return [
      el("b", { text: `${store.classes[this.c]}: ${regionText(b, this.regionCount)}` }),
      el("table", {}, head, el("tbody", {}, ...rows)),
    ];
  }

  readRow(m, b) {
    const { store, theme, player } = this.view;
    const [seen, pull] = ["count", "pull"].map((what) => {
      return classHistogram(store, player.index, m, this.c, what, this.panel.choice);
    });
    const at = Math.min(
      seen.regionCount - 1,
      Math.floor(((b + 0.5) / this.regionCount) * seen.regionCount),
    );
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, methodMark(theme, m, 22), store.methods[m]),
      el("td", { text: cellText(Number(seen.values[at].toFixed(2))) }),
      el("td", { text: cellText(Number(pull.values[at].toFixed(3))) }),
    );
  }

  summary(index) {
    const { store } = this.view;
    const parts = [...this.panel.shown].map((m) => {
      const { values, regionCount } = this.values(index, m, "count");
      const sum = values.reduce((a, b) => a + b, 0);
      const hard = values.reduce((a, v, b) => a + (b >= regionCount / 2 ? v : 0), 0);
      const share = sum ? Math.round((100 * hard) / sum) : 0;
      return `${store.methods[m]}: ${share} percent of the samples are hard`;
    });
    const who = `${store.classes[this.c]}, ${this.regionCount} regions of the gradient norm.`;
    const keys = "Comma and full stop move between regions, Enter lists the samples of one.";
    return `${who} ${parts.join("; ")}. ${keys}`;
  }
}
