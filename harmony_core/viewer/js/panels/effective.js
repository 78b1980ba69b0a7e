// Effective number of samples and classifier norm of every class, one bar per method.
import { ticks } from "../draw/axis.js";
import { el, svg } from "../draw/dom.js";
import { cellText, count } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";
import { shapePath } from "../draw/shapes.js";

export default {
  title: "How many samples a class is really worth",
  caption: [
    "Unequal weights make a class worth fewer samples:",
    "(Σw)² / Σw² is the number of equally weighted samples with the same noise.",
    "It equals N when all weigh the same.",
    "The norm of a class's row in the last layer shows which classes the classifier favours;",
    "under cross-entropy a deep network often gives frequent classes the larger norm.",
  ],
  parts: ["effects"],
  needs: ["effective"],
  scoped: true,
  create: (view) => new ClassBars(view),
};

const PARTS_DRAWN = [
  {
    name: "effective",
    title: "Effective number of samples",
    unit: "(Σw)² / Σw² in the epoch; the line is N",
    log: true,
  },
  { name: "head_norm", title: "Norm of the classifier's row", unit: "Euclidean norm", log: false },
];

const TIP = { class: "hv-mark hv-tipmark", width: 9, height: 9 };

class ClassBars {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "hv-twobars" });
  }

  build() {
    const { store, theme, scope } = this.view;
    this.order = scope.shown;
    this.key = el(
      "div",
      { class: "hv-key" },
      ...store.methods.map((label, m) => el("span", {}, methodMark(theme, m, 22), label)),
    );
    this.parts = PARTS_DRAWN.map((part) => this.part(part));
    this.node.replaceChildren(
      this.key,
      el("div", { class: "hv-both hv-barparts" }, ...this.parts.map(({ node }) => node)),
    );
    this.extend();
  }

  rescope() {
    this.build();
  }

  /** One of the two numbers: one row per class, one bar per method. */
  part(part) {
    const rows = this.order.map((c) => this.row(c, part));
    const scale = el("div", { class: "hv-barscale", "aria-hidden": "true" });
    const node = el(
      "section",
      { class: "hv-barpart", "aria-label": part.title },
      el("h3", { text: part.title }),
      el("p", { class: "hv-quiet", text: part.unit + (part.log ? ", logarithmic" : "") }),
      el("div", { class: "hv-scrollrows" }, ...rows.map((r) => r.node)),
      scale,
    );
    return { ...part, node, rows, scale };
  }

  row(c, part) {
    const { store, theme } = this.view;
    const name = store.classes[c];
    const title = `N = ${count(store.scene.train_counts[c])}`;
    const fills = store.methods.map((_, m) => this.bar(m));
    const limit = part.log ? el("span", { class: "hv-limit", title }) : null;
    const limits = el("div", { class: "hv-limits", "aria-hidden": "true" }, limit);
    const label = el("span", { class: "hv-name", text: name, title: name });
    const node = el(
      "div",
      { class: "hv-classbar" },
      el("span", { class: "hv-who" }, classMark(theme, c), label),
      el("div", { class: "hv-barlines" }, ...fills.map((f) => f.node), limits),
    );
    return { c, fills, limit, node };
  }

  bar(m) {
    const { theme } = this.view;
    const color = theme.methodColor(m);
    const fill = el("i", { style: `--color:${color}` });
    const mark = svg(
      "svg",
      { ...TIP, viewBox: "-5 -5 10 10", "aria-hidden": "true" },
      svg("path", { d: shapePath(theme.methodMarker(m), 0, 0, 3.4), fill: color }),
    );
    const value = el("b");
    const thin = el("span", { class: "hv-thin" }, fill, mark);
    return { m, fill, mark, value, node: el("div", { class: "hv-barline" }, thin, value) };
  }

  /** The axis ends where the largest value of all epochs does. */
  extend() {
    const { store } = this.view;
    for (const part of this.parts) {
      let most = 1;
      for (let i = 0; i < store.frames.length; i++) {
        for (const m of store.methods.keys())
          for (const v of store.raw(i, m, part.name) ?? []) if (v > most) most = v;
      }
      if (part.log) most = store.scene.train_counts.reduce((a, b) => Math.max(a, b), most);
      part.at = part.log
        ? (v) => Math.log10(Math.max(1, v)) / Math.log10(Math.max(10, most))
        : (v) => v / most;
      const marks = part.log
        ? [1, 10, 100, 1000, 10_000, 100_000].filter((v) => v <= most)
        : ticks(0, most, 4);
      part.scale.replaceChildren(
        ...marks.map((v) =>
          el("span", {
            style: `left:${(100 * part.at(v)).toFixed(1)}%`,
            text: cellText(Number(v.toPrecision(3))),
          }),
        ),
      );
      for (const { c, limit } of part.rows)
        if (limit) limit.style.left = `${(100 * part.at(store.scene.train_counts[c])).toFixed(2)}%`;
    }
  }

  draw(index) {
    const { store } = this.view;
    for (const part of this.parts) {
      for (const { c, fills } of part.rows) {
        for (const { m, fill, mark, value } of fills) {
          const v = store.value(index, m, part.name, c);
          const digits = part.log ? 4 : 3;
          const text = Number.isFinite(v) ? cellText(Number(v.toPrecision(digits))) : "–";
          if (value.textContent === text) continue;
          const share = Number.isFinite(v) ? Math.max(0, part.at(v)) : 0;
          fill.style.transform = `scaleX(${share.toFixed(4)})`;
          mark.style.left = `${(100 * share).toFixed(2)}%`;
          mark.style.display = Number.isFinite(v) ? "" : "none";
          value.textContent = text;
        }
      }
    }
  }

  twinData(index) {
    return this.data(index, this.order);
  }

  data(index, classes = this.view.store.byCount) {
    const { store } = this.view;
    const rows = classes.flatMap((c) =>
      store.methods.map((label, m) => [
        store.frames[index].epoch,
        store.classes[c],
        store.scene.train_counts[c],
        label,
        store.value(index, m, "effective", c),
        store.value(index, m, "head_norm", c),
      ]),
    );
    return {
      columns: [
        "epoch",
        "class",
        "N",
        "method",
        "effective number of samples",
        "norm of the classifier's row",
      ],
      rows,
    };
  }
}
