// A number of every class over epochs: one small chart a method, one line a class, one playhead.
import { ticks } from "./curves.js";
import { columnsFor } from "./plane.js";
import { classMark, el, methodMark, shapePath, svg } from "./shapes.js";
import { cellText, choiceRow } from "./tools.js";

const LINES = { top: 12, bottom: 40, left: 46, right: 22, height: 270 };
const NUMBERS = {
  mean_weight: { label: "Mean weight", axis: "mean weight", mark: 1, title: "Mean weight of each class over epochs" },
  mean_grad: { label: "Mean g", axis: "mean gradient norm g", low: 0, high: 1, title: "Mean gradient norm of each class over epochs" },
  share: { label: "Effective share", axis: "effective number / samples", low: 0, high: 1, title: "Effective share of each class's samples over epochs" },
  head_norm: { label: "Classifier norm", axis: "norm of the class's row", title: "Norm of each class's classifier row over epochs" },
  recall: { label: "Recall", axis: "recall", low: 0, high: 1, title: "Recall of each class over epochs" },
};

export class ClassLines {
  constructor(view) {
    this.view = view;
    this.choice = "mean_weight";
    this.log = null;
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.grid = el("div", { class: "hv-planes hv-lines" });
    this.tip = el("div", { class: "hv-tip", hidden: true, "aria-hidden": "true" });
    this.node = el("div", { class: "hv-plotbox" }, this.tools, this.grid, this.tip);
  }

  read(index, m, c) {
    const { store } = this.view;
    if (this.choice !== "share") return store.value(index, m, this.choice, c);
    const weighed = store.value(index, m, "effective", c);
    return weighed / store.scene.train_counts[c];
  }

  build() {
    const { store } = this.view;
    this.metric = NUMBERS[this.choice];
    const known = Object.entries(NUMBERS).filter(([id]) => store.field(0, id === "share" ? "effective" : id));
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    this.grid.replaceChildren(...this.panels.map(({ node }) => node));
    this.grid.style.setProperty("--hv-columns", columnsFor(store.methods.length));
    this.domain();
    this.tools.replaceChildren(
      choiceRow("Number shown", known.map(([id, { label }]) => [id, label]), this.choice, (id) => { this.choice = id; this.log = null; this.again(); }),
      choiceRow("Scale", [["linear", "Linear"], ["log", "Log"]], this.logs ? "log" : "linear", (v) => { this.log = v === "log"; this.again(); }),
    );
    this.heading.textContent = this.metric.title;
    this.size();
  }

  again() {
    const focused = this.tools.contains(this.tools.getRootNode().activeElement);
    this.build();
    this.draw(this.view.player.index);
    if (focused) this.tools.querySelector("[aria-checked=true]").focus();
  }

  panel(label, m) {
    const plot = svg("svg", { class: "hv-plot", height: LINES.height, role: "img" });
    const node = el("figure", { class: "hv-plane" }, el("figcaption", {}, el("h4", {}, methodMark(this.view.theme, m), label)), plot);
    const panel = { node, plot, m, label };
    plot.addEventListener("pointermove", (event) => this.move(panel, event));
    plot.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    plot.addEventListener("pointerdown", (event) => this.press(panel, event));
    plot.addEventListener("pointerup", () => { if (this.held) this.view.rest(); this.held = false; });
    return panel;
  }

  /** The axis of all methods: the same, so that they can be compared. */
  domain() {
    const { store } = this.view;
    let low = Infinity;
    let high = -Infinity;
    let least = Infinity;
    for (let i = 0; i < store.frames.length; i++) {
      for (const m of store.methods.keys()) {
        for (const c of store.classes.keys()) {
          const v = this.read(i, m, c);
          if (!Number.isFinite(v)) continue;
          low = Math.min(low, v);
          high = Math.max(high, v);
          if (v > 0) least = Math.min(least, v);
        }
      }
    }
    if (!Number.isFinite(low)) [low, high] = [0, 1];
    if (this.metric.mark != null) [low, high] = [Math.min(low, this.metric.mark), Math.max(high, this.metric.mark)];
    this.logs = this.log ?? (this.metric.high == null && high / Math.max(least, 1e-9) > 12);
    if (this.logs) {
      this.low = Math.log10(Math.min(least, high)) - 0.05;
      this.high = Math.log10(high) + 0.05;
    } else {
      const room = (high - low || 1) * 0.06;
      this.low = this.metric.low ?? Math.max(0, low - room);
      this.high = this.metric.high ?? high + room;
    }
    const floor = this.low;
    this.at = (v) => ((this.logs ? Math.log10(Math.max(v, 10 ** floor)) : v) - this.low) / (this.high - this.low || 1);
  }

  extend() {
    this.domain();
    this.size();
  }

  size() {
    this.width = Math.max(200, this.panels[0]?.plot.parentElement.clientWidth || 300);
    for (const panel of this.panels) this.fill(panel);
  }

  x(epoch) {
    return LINES.left + (epoch / this.view.store.total) * (this.width - LINES.left - LINES.right);
  }

  y(v) {
    return LINES.height - LINES.bottom - this.at(v) * (LINES.height - LINES.top - LINES.bottom);
  }

  marks() {
    if (!this.logs) return ticks(this.low, this.high, 4);
    const out = [];
    for (let power = Math.floor(this.low); power <= Math.ceil(this.high); power++) {
      for (const step of this.high - this.low > 2 ? [1] : [1, 2, 5]) {
        const v = step * 10 ** power;
        if (Math.log10(v) >= this.low && Math.log10(v) <= this.high) out.push(Number(v.toPrecision(6)));
      }
    }
    return out;
  }

  fill(panel) {
    const { store, theme } = this.view;
    const { plot, m } = panel;
    const end = this.width - LINES.right;
    const base = LINES.height - LINES.bottom;
    plot.setAttribute("viewBox", `0 0 ${this.width} ${LINES.height}`);
    plot.setAttribute("width", this.width);
    const axis = this.marks().flatMap((v) => [
      svg("line", { x1: LINES.left, x2: end, y1: this.y(v), y2: this.y(v), class: "hv-gridline" }),
      svg("text", { x: LINES.left - 7, y: this.y(v) + 4, "text-anchor": "end" }, cellText(v))]);
    for (const epoch of ticks(0, store.total, 4).filter(Number.isInteger)) axis.push(svg("text", { x: this.x(epoch), y: base + 17, "text-anchor": "middle" }, `${epoch}`));
    axis.push(
      svg("line", { x1: LINES.left, x2: end, y1: base, y2: base, class: "hv-baseline" }),
      svg("text", { x: (LINES.left + end) / 2, y: LINES.height - 6, "text-anchor": "middle" }, "epoch"),
      svg("text", { transform: `translate(11 ${(base + LINES.top) / 2}) rotate(-90)`, "text-anchor": "middle" }, this.metric.axis + (this.logs ? ", log" : "")),
    );
    const { mark } = this.metric;
    const reference = svg("g", { class: "hv-reference" });
    if (mark != null) reference.append(svg("line", { x1: LINES.left, x2: end, y1: this.y(mark), y2: this.y(mark) }));
    const many = store.classes.length > 12;
    panel.lines = store.classes.map((_, c) => {
      let d = "";
      store.frames.forEach((frame, i) => {
        const v = this.read(i, m, c);
        if (Number.isFinite(v)) d += `${d ? "L" : "M"}${this.x(frame.epoch).toFixed(1)} ${this.y(v).toFixed(1)}`;
      });
      return svg("path", { d, class: "hv-line hv-classline", stroke: theme.classColor(c), "stroke-width": many ? 1 : 1.75, "data-class": c });
    });
    panel.ends = store.classes.map((_, c) => svg("path", { fill: theme.classColor(c), class: "hv-end", d: shapePath(theme.classShape(c), 0, 0, many ? 3 : 4.2) }));
    panel.needle = svg("line", { y1: LINES.top - 6, y2: base, x1: 0, x2: 0, class: "hv-needle" });
    plot.replaceChildren(...axis, reference, ...panel.lines, panel.needle, ...panel.ends);
  }

  draw(index) {
    const { store, player, focus, selected } = this.view;
    const x = this.x(store.frames[index].epoch);
    const lit = focus ?? (selected == null ? null : store.static.targets[selected]);
    for (const panel of this.panels) {
      panel.needle.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
      panel.ends.forEach((mark, c) => {
        const v = this.read(index, panel.m, c);
        mark.style.display = Number.isFinite(v) ? "" : "none";
        if (Number.isFinite(v)) mark.setAttribute("transform", `translate(${x.toFixed(1)} ${this.y(v).toFixed(1)})`);
      });
      if (panel.lit !== lit) {
        panel.lit = lit;
        for (const list of [panel.lines, panel.ends]) list.forEach((path, c) => path.classList.toggle("hv-faded", lit != null && lit !== c));
      }
      if (!player.playing) panel.plot.setAttribute("aria-label", this.summary(panel, index));
    }
  }

  summary(panel, index) {
    const { store } = this.view;
    const words = [...store.classes.keys()].slice(0, 12).map((c) => `${store.classes[c]} ${cellText(this.read(index, panel.m, c))}`);
    return `${panel.label}, ${this.metric.axis} at epoch ${store.frames[index].epoch}: ${words.join(", ")}${store.classes.length > 12 ? "; the table has all classes" : ""}.`;
  }

  indexAt(panel, event) {
    const box = panel.plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    return this.view.store.indexOf(Math.round(Math.max(0, ((x - LINES.left) / (this.width - LINES.left - LINES.right)) * this.view.store.total)));
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
    this.tell(panel, index, event);
  }

  /** The classes nearest to the pointer, in the order of their values. */
  tell(panel, index, event) {
    const { store, theme } = this.view;
    const box = panel.plot.getBoundingClientRect();
    const y = event.clientY - box.top;
    const values = [...store.classes.keys()].map((c) => [c, this.read(index, panel.m, c)]).filter(([, v]) => Number.isFinite(v));
    const near = values.sort((a, b) => Math.abs(this.y(a[1]) - y) - Math.abs(this.y(b[1]) - y)).slice(0, 10).sort((a, b) => b[1] - a[1]);
    const left = values.length - near.length;
    this.tip.replaceChildren(el("b", { text: `epoch ${store.frames[index].epoch}` }), ...near.map(([c, v]) => el("div", {}, classMark(theme, c), el("span", { text: store.classes[c] }), el("em", { text: cellText(v) }))), left ? el("span", { class: "hv-quiet", text: `and ${left} classes farther away` }) : "");
    this.tip.hidden = false;
    const mine = this.node.getBoundingClientRect();
    const x = event.clientX - mine.left;
    const at = x + 16 + this.tip.offsetWidth > mine.width ? x - 16 - this.tip.offsetWidth : x + 16;
    this.tip.style.transform = `translate(${Math.max(0, at).toFixed(0)}px, ${(box.top - mine.top + 8).toFixed(0)}px)`;
  }

  data(index) {
    const { store } = this.view;
    const rows = [...store.classes.keys()].flatMap((c) => store.methods.map((label, m) => [store.frames[index].epoch, store.classes[c], store.scene.train_counts[c], label, ...Object.keys(NUMBERS).map((id) => {
      if (id === "share") return store.value(index, m, "effective", c) / store.scene.train_counts[c];
      return store.value(index, m, id, c);
    })]));
    return { columns: ["epoch", "class", "N", "method", ...Object.values(NUMBERS).map(({ axis }) => axis)], rows };
  }
}
