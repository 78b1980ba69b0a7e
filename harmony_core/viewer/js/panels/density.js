// The gradient density: one small chart per class, all methods overlaid.
import { choiceRow, named, selectBox, toggleButton } from "../controls/choices.js";
import { CHART_HEIGHT, ClassChart } from "../controls/class_chart.js";
import { Lazy } from "../controls/lazy.js";
import { RegionList } from "../controls/sample_list.js";
import {
  classHistogram,
  lenderOf,
  regionRow,
  regionText,
  regionsOf,
  samplesIn,
} from "../data/regions.js";
import { densityWords } from "../controls/density_words.js";
import { el } from "../draw/dom.js";
import { methodMark } from "../draw/marks.js";

export default {
  title: "How hard the samples of each class are",
  parts: ["samples", "histograms", "density", "thumbs"],
  needs: ["hist_count", "grad"],
  scoped: true,
  create: (view) => new Density(view),
};

const LIST_SLOW = 200;
const ORDERS = [
  ["count", "most samples first"],
  ["rare", "fewest samples first"],
  ["name", "name"],
  ["recall", "lowest recall first"],
  ["grad", "highest mean g first"],
];
const VALUES = [
  ["each", "Each region"],
  ["sums", "Cumulative", "Running sum from easy to hard"],
];
const SCALES = [
  ["linear", "Linear"],
  ["log", "Log", "Logarithm of 1 + value"],
];
const AXES = [
  ["fit", "Axis fits", "The vertical axis fits this epoch"],
  ["fixed", "Axis fixed", "The vertical axis is the same over all epochs"],
];
const REGIONS = [
  ["own", "Own regions", "The unit regions of each class"],
  ["equal", "Equal bins", "The bins in which every method was recorded"],
];

class Density {
  constructor(view) {
    this.view = view;
    this.choice = "own";
    this.sums = this.logs = this.fixed = false;
    this.order = "count";
    this.search = "";
    this.chosen = null;
    this.grid = el("div", { class: "hv-chartgrid" });
    this.none = el("p", { class: "hv-quiet", hidden: true });
    this.found = el("p", { class: "hv-quiet hv-found", role: "status" });
    this.tip = el("div", { class: "hv-tip hv-histtip", hidden: true, "aria-hidden": "true" });
    this.list = new RegionList(
      view,
      () => this.choose(null),
      (m) => this.lead(m),
    );
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.key = el("div", {
      class: "hv-key hv-chips",
      role: "group",
      "aria-label": "Methods drawn",
    });
    this.node = el(
      "div",
      { class: "hv-density" },
      this.tools,
      this.key,
      el(
        "div",
        { class: "hv-withside" },
        el("div", {}, this.found, this.grid, this.none),
        this.list.node,
      ),
      this.tip,
    );
    this.lazy = new Lazy((node) => this.chartOf(node).draw(view.player.index));
  }

  build() {
    const { store } = this.view;
    this.method ??= Math.max(0, lenderOf(store));
    this.method = Math.min(this.method, store.methods.length - 1);
    this.shown ??= new Set(store.methods.keys());
    this.shown = new Set([...this.shown].filter((m) => m < store.methods.length));
    this.buildTools();
    this.buildKey();
    this.charts = new Map();
    this.arrange();
    this.caption.textContent = densityWords(this.view.store, this.choice);
  }

  rescope() {
    this.charts.clear();
    this.arrange();
  }

  chartOf(node) {
    return this.charts.get(Number(node.dataset.class));
  }

  /** The chart of a class, made when it is first asked for. */
  chart(c) {
    if (!this.charts.has(c)) {
      const made = new ClassChart(this, c);
      made.node.style.minHeight = `${CHART_HEIGHT + 30}px`;
      this.charts.set(c, made);
    }
    return this.charts.get(c);
  }

  buildTools() {
    const pick = (label, options, name, chosen) => {
      const row = choiceRow(label, options, options[this[name] ? 1 : 0][0], (value) => {
        this[name] = value === chosen;
        this.redrawAll();
      });
      return named(row);
    };
    this.tools.replaceChildren(
      pick("Values", VALUES, "sums", "sums"),
      pick("Scale", SCALES, "logs", "log"),
      pick("Vertical axis", AXES, "fixed", "fixed"),
    );
    if (this.view.store.field(0, "regions")) this.tools.append(this.regionChoice());
    const { store, scope } = this.view;
    const own = store.classes.length > 4 && !scope.many;
    if (own) this.tools.append(this.sortBox(), this.searchBox());
  }

  regionChoice() {
    const row = choiceRow("Regions", REGIONS, this.choice, (value) => {
      this.choice = value;
      this.choose(null);
      this.caption.textContent = densityWords(this.view.store, this.choice);
      this.redrawAll();
    });
    return named(row);
  }

  sortBox() {
    return selectBox("Sort", ORDERS, this.order, (value) => {
      this.order = value;
      this.arrange();
    });
  }

  searchBox() {
    const input = el("input", {
      type: "search",
      placeholder: "class name",
      value: this.search,
      oninput: () => {
        this.search = input.value;
        this.arrange();
      },
      onkeydown: (event) => event.key !== "Escape" && event.stopPropagation(),
    });
    return el("label", { class: "hv-select" }, el("span", { text: "Find" }), input);
  }

  buildKey() {
    const { store, theme } = this.view;
    this.key.replaceChildren(
      ...store.methods.map((label, m) =>
        toggleButton(
          label,
          this.shown.has(m),
          (on) => {
            if (on) this.shown.add(m);
            else this.shown.delete(m);
            this.redrawAll();
          },
          methodMark(theme, m),
        ),
      ),
    );
  }

  /** Show the charts of the classes asked for. */
  arrange() {
    const { scope } = this.view;
    this.inView = scope.many ? scope.shown : this.sorted();
    const nodes = this.inView.map((c) => this.chart(c).node);
    this.grid.replaceChildren(...nodes);
    this.none.hidden = this.inView.length > 0 || scope.many;
    this.lazy.watch(nodes);
  }

  /** Of few classes, those that are asked for, in the chosen order. */
  sorted() {
    const { store, player } = this.view;
    const counts = store.scene.train_counts;
    const value = (name, none) => (c) => {
      const found = store.value(player.index, this.method, name, c);
      return Number.isNaN(found) ? none : found;
    };
    const down = (read) => (a, b) => read(b) - read(a) || a - b;
    const up = (read) => (a, b) => read(a) - read(b) || a - b;
    const by = {
      count: down((c) => counts[c]),
      rare: up((c) => counts[c]),
      recall: up(value("recall", 2)),
      grad: down(value("mean_grad", -1)),
      name: (a, b) => store.classes[a].localeCompare(store.classes[b], "en", { numeric: true }),
    }[this.order];
    const wanted = this.search.trim().toLowerCase();
    const found = store.classes
      .map((_, c) => c)
      .filter((c) => store.classes[c].toLowerCase().includes(wanted))
      .sort(by);
    this.none.textContent = `No class has “${this.search}” in its name.`;
    const sorted = ["recall", "grad"].includes(this.order)
      ? `, sorted by ${store.methods[this.method]} at epoch ${player.epoch}`
      : "";
    this.found.textContent =
      wanted || sorted ? `${found.length} of ${store.classes.length} classes${sorted}` : "";
    return found;
  }

  size() {
    for (const chart of this.charts.values()) chart.built = false;
    this.redrawAll();
  }

  extend() {}

  /** Sort again by a number of the epoch, now that the playhead rests. */
  rest() {
    if (!this.view.scope.many && ["recall", "grad"].includes(this.order)) this.arrange();
  }

  redrawAll() {
    for (const node of this.lazy.shown) this.chartOf(node).draw(this.view.player.index);
    this.drawList();
  }

  /** Draw every chart, those out of sight too, for a file. */
  prepare() {
    for (const c of this.inView) this.chart(c).draw(this.view.player.index);
  }

  draw(index) {
    for (const node of this.lazy.shown) this.chartOf(node).draw(index);
    const now = performance.now();
    if (this.chosen && (!this.view.player.playing || now - (this.listed ?? 0) > LIST_SLOW)) {
      this.listed = now;
      this.drawList();
    }
    if (this.hovered) this.showTip(...this.hovered);
  }

  /** List the samples of a region; of none if it was chosen already. */
  choose(c, region) {
    const same = this.chosen && this.chosen.c === c && this.chosen.region === region;
    this.chosen = c == null || same ? null : { c, region };
    this.list.reset();
    this.redrawAll();
  }

  lead(m) {
    if (this.chosen) {
      const { c, region } = this.chosen;
      const before = regionsOf(
        this.view.store,
        this.view.player.index,
        this.method,
        c,
        this.choice,
      ).regionCount;
      const after = regionsOf(
        this.view.store,
        this.view.player.index,
        m,
        c,
        this.choice,
      ).regionCount;
      this.chosen.region = Math.min(after - 1, Math.floor(((region + 0.5) / before) * after));
    }
    this.method = m;
    this.redrawAll();
  }

  drawList() {
    if (!this.chosen) {
      this.list.node.hidden = true;
      return;
    }
    const { store, player } = this.view;
    const { c, region } = this.chosen;
    const { regionCount } = regionsOf(store, player.index, this.method, c, this.choice);
    const found = samplesIn(store, player.index, this.method, c, regionCount, region);
    this.list.show({
      c,
      m: this.method,
      words: regionText(region, regionCount),
      found,
      again: () => this.drawList(),
    });
  }

  showTip(chart, b, x, y) {
    this.hovered = chart && b != null ? [chart, b, x, y] : null;
    this.tip.hidden = !this.hovered;
    if (!this.hovered) return;
    this.tip.replaceChildren(...chart.readOut(b));
    const box = this.node.getBoundingClientRect();
    const wide = this.tip.offsetWidth;
    const at = x - box.left;
    const left = at + 16 + wide > box.width ? at - 16 - wide : at + 16;
    const inside = Math.max(0, Math.min(left, box.width - wide));
    const down = y - box.top + 18;
    this.tip.style.transform = `translate(${inside.toFixed(0)}px, ${down.toFixed(0)}px)`;
  }

  twinData(index) {
    return this.data(index, this.inView);
  }

  /** Count and pull by class, method and region: of many classes all, else those on the page. */
  data(index, classes = this.view.scope.many ? this.view.store.byCount : this.inView) {
    const { store } = this.view;
    const rows = [];
    for (const c of classes) {
      for (const m of this.shown) {
        const seen = classHistogram(store, index, m, c, "count", this.choice);
        const pull = classHistogram(store, index, m, c, "pull", this.choice);
        const weights = regionRow(store, index, m, "region_weight", c);
        for (let b = 0; b < seen.regionCount; b++) {
          const own = seen.source === "own" || seen.source === "shared";
          const weight = own ? (weights[b] ?? null) : null;
          rows.push([
            store.classes[c],
            store.methods[m],
            b + 1,
            b / seen.regionCount,
            (b + 1) / seen.regionCount,
            seen.values[b],
            pull.values[b],
            weight,
            seen.from === "density" ? "the loss's density" : "the epoch",
          ]);
        }
      }
    }
    return {
      columns: [
        "class",
        "method",
        "region",
        "g from",
        "g to",
        "samples",
        "count × weight × g",
        "weight of the region",
        "counted by",
      ],
      rows,
    };
  }
}
