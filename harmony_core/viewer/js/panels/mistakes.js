// Confusion of many classes: the most frequent mistakes of all, and those of the classes shown.
import { el } from "../draw/dom.js";
import { count, percent } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";
import { fillGrid, methodFigure } from "../draw/multiples.js";

export default {
  title: "Which classes each method confuses",
  needs: ["mistaken"],
  legend: true,
  main: true,
  scoped: true,
  create: (view) => new Mistakes(view),
};

/** Pairs of classes listed for each method. */
const LISTED = 8;
const NO_CLASS = 65_535;
const SLOW = 200;

class Mistakes {
  constructor(view) {
    this.view = view;
    this.drawable = false;
    this.grid = el("div", { class: "hv-planes hv-pairs" });
    this.table = el("table");
    const label = "Mistakes of the classes shown, scrolls";
    this.box = el(
      "div",
      { class: "hv-tablebox", tabindex: 0, role: "group", "aria-label": label },
      this.table,
    );
    const heading = el("h3", { class: "hv-pairhead", text: "Of the classes shown" });
    this.node = el("div", {}, this.grid, heading, this.box);
  }

  build() {
    const { store } = this.view;
    this.panels = store.methods.map((_, m) => this.panel(m));
    const nodes = this.panels.map(({ node }) => node);
    fillGrid(this.grid, nodes);
    const kept = store.field(0, "mistaken").shape[1];
    const most = kept === 1 ? "its most frequent mistake" : `its ${kept} most frequent mistakes`;
    this.caption.textContent = [
      `A table of ${count(store.classes.length)} × ${count(store.classes.length)} cells is too`,
      `large to look at: of each class ${most} on the test set are here.`,
      "Above, those that happen to most test samples of all classes;",
      "below, the classes shown, each with what it is mistaken for most often.",
    ].join(" ");
    this.rescope();
  }

  panel(m) {
    const accuracy = el("b");
    const term = el("dt", { text: "balanced accuracy" });
    const fact = el("div", {}, term, el("dd", {}, accuracy, " %"));
    const list = el("ol", { class: "hv-pairlist" });
    return { m, accuracy, list, node: methodFigure(this.view, m, [list], el("dl", {}, fact)) };
  }

  rescope() {
    const { store, theme, scope } = this.view;
    const heads = ["class", "n"].map((text) => el("th", { scope: "col", text }));
    const methods = store.methods.map((label, m) =>
      el("th", { scope: "col", class: "hv-first" }, methodMark(theme, m, 20), ` ${label}`),
    );
    this.rows = scope.shown.map((c) => {
      const cells = store.methods.map(() => el("td", { class: "hv-first hv-taken" }));
      const name = el("th", { scope: "row" }, classMark(theme, c), store.classes[c]);
      const tested = el("td", { text: count(store.scene.test_counts[c]) });
      return { c, cells, node: el("tr", {}, name, tested, ...cells) };
    });
    this.table.replaceChildren(
      el("thead", {}, el("tr", {}, ...heads, ...methods)),
      el("tbody", {}, ...this.rows.map(({ node }) => node)),
    );
    this.drawn = -Infinity;
  }

  /** The mistakes of class `c`, the most frequent first: [class, share]. */
  mistakesOf(index, m, c) {
    const { store } = this.view;
    const kept = store.field(index, "mistaken").shape[1];
    const found = [];
    for (let r = 0; r < kept; r++) {
      const to = store.raw(index, m, "mistaken")[c * kept + r];
      const share = store.value(index, m, "mistaken_share", c * kept + r);
      if (to !== NO_CLASS) found.push([to, share]);
    }
    return found;
  }

  /** The pairs of classes that are confused in most test samples: [from, to, samples]. */
  worst(index, m) {
    const { store } = this.view;
    const pairs = [];
    for (const c of store.classes.keys()) {
      for (const [to, share] of this.mistakesOf(index, m, c))
        pairs.push([c, to, Math.round(share * store.scene.test_counts[c])]);
    }
    return pairs.sort((a, b) => b[2] - a[2] || a[0] - b[0]).slice(0, LISTED);
  }

  draw(index) {
    const { player, store } = this.view;
    const now = performance.now();
    if (player.playing && index !== player.last && now - this.drawn < SLOW) return;
    this.drawn = now;
    for (const { m, accuracy, list } of this.panels) {
      accuracy.textContent = percent(store.scalar(index, m, "accuracy"));
      list.replaceChildren(...this.worst(index, m).map((pair) => this.pair(pair)));
    }
    for (const { c, cells } of this.rows)
      cells.forEach((cell, m) => cell.replaceChildren(...this.verdict(index, m, c)));
  }

  pair([from, to, samples]) {
    const { store, theme } = this.view;
    const { classes, scene } = store;
    const names = [from, to].map((c) => el("span", { title: classes[c] }, classes[c]));
    return el(
      "li",
      {},
      el("span", {}, classMark(theme, from), names[0], " → ", classMark(theme, to), names[1]),
      el("em", { text: `${count(samples)} of ${count(scene.test_counts[from])}` }),
    );
  }

  /** Recall of a class, and below it what the class is mistaken for most often. */
  verdict(index, m, c) {
    const { store } = this.view;
    if (!store.scene.test_counts[c]) return ["no test sample"];
    const [worst] = this.mistakesOf(index, m, c);
    const right = `${percent(store.value(index, m, "recall", c))} % right`;
    if (!worst) return [right];
    const text = `→ ${store.classes[worst[0]]} ${percent(worst[1])} %`;
    return [right, el("span", { class: "hv-quiet", text })];
  }

  twinData(index) {
    return this.data(index, this.view.scope.shown);
  }

  data(index, classes = this.view.store.byCount) {
    const { store } = this.view;
    const rows = classes.flatMap((c) =>
      store.methods.flatMap((label, m) =>
        this.mistakesOf(index, m, c).map(([to, share]) => [
          store.frames[index].epoch,
          label,
          store.classes[c],
          store.classes[to],
          share,
          store.scene.test_counts[c],
        ]),
      ),
    );
    const columns = ["epoch", "method", "true class", "mistaken for", "share of the true class"];
    return { columns: [...columns, "test samples"], rows };
  }
}
