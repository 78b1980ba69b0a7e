// Every class as text: one sortable row per class, at the epoch shown.
import { restsOn, wilson } from "../data/interval.js";
import { el } from "../draw/dom.js";
import { count, percent, plain } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";

export default {
  title: "Every class in numbers",
  caption: [
    "The same epoch as text.",
    "Press a heading to sort.",
    "N counts training samples, n test samples: point at a recall for what they leave open.",
  ],
  parts: [],
  scoped: true,
  twin: false,
  create: (view) => new ClassTable(view),
};

const SLOW = 120;

/** The groups of columns: array of a frame, heading, how a value is written. */
const GROUPS = [
  ["recall", "recall (%)", percent],
  ["mean_weight", "mean weight", (v) => plain(v)],
  ["mean_grad", "mean g", (v) => plain(v)],
];
const CAPTION = "Recall, mean weight and mean gradient norm of each class and method";

class ClassTable {
  constructor(view) {
    this.view = view;
    this.table = el("table");
    this.node = el(
      "div",
      {
        class: "hv-tablebox",
        tabindex: 0,
        role: "group",
        "aria-label": "Table of classes, scrolls",
      },
      this.table,
    );
    this.sort = { key: "n", down: true };
  }

  build() {
    const { store, scope } = this.view;
    this.columns = GROUPS.flatMap(([name, title, format]) =>
      store.methods.map((label, m) => ({ key: `${name}.${m}`, name, title, m, label, format })),
    );
    this.headings = new Map();
    this.body = el("tbody");
    this.rows = scope.listed.map((c) => this.row(c));
    const caption = el("caption", { class: "hv-hidden", text: CAPTION });
    this.table.replaceChildren(caption, this.head(), this.body);
    this.arrange(this.view.player.index);
  }

  rescope() {
    this.build();
  }

  /** Two rows: the numbers, and below each the methods, by which one can sort. */
  head() {
    const { store, theme } = this.view;
    const groups = GROUPS.map(([, text]) => {
      const colspan = store.methods.length;
      return el("th", { scope: "colgroup", colspan, class: "hv-first", text });
    });
    const methods = this.columns.map(({ key, title, label, m }) => {
      const name = el("span", { text: label });
      return this.columnHead(key, name, methodMark(theme, m, 20), `${title} of ${label}`);
    });
    const own = [
      this.columnHead("class", "class", null, "class"),
      this.columnHead("n", "N", null, "training samples"),
      this.columnHead("tested", "n", null, "test samples"),
    ];
    const top = el("tr", {}, el("td", { colspan: 3 }), ...groups);
    return el("thead", {}, top, el("tr", {}, ...own, ...methods));
  }

  columnHead(key, text, mark, label) {
    const title = `Sort by ${label}`;
    const onclick = () => this.by(key);
    const attributes = { type: "button", title, "aria-label": title, onclick };
    const button = el("button", attributes, mark, text);
    const cell = el("th", { scope: "col", class: key.includes(".0") ? "hv-first" : "" }, button);
    this.headings.set(key, cell);
    return cell;
  }

  row(c) {
    const { store, theme } = this.view;
    const cells = this.columns.map(({ m }) => el("td", { class: m === 0 ? "hv-first" : "" }));
    const name = el("span", { text: store.classes[c] });
    const row = el(
      "tr",
      {},
      el("th", { scope: "row" }, classMark(theme, c), name),
      el("td", { text: count(store.scene.train_counts[c]) }),
      el("td", { text: count(store.scene.test_counts[c]) }),
      ...cells,
    );
    return { c, row, cells, shown: [] };
  }

  by(key) {
    if (this.view.scope.many) {
      this.sortAll(key);
      return;
    }
    this.sort = { key, down: this.sort.key === key ? !this.sort.down : key !== "class" };
    this.arrange(this.view.player.index);
  }

  /** Sort all classes by a column: which of them are on the page may change. */
  sortAll(column) {
    const { scope } = this.view;
    const [name, m = "0"] = column.split(".");
    const key = { class: "name", n: "count" }[name] ?? name;
    const same = this.columnOf(scope) === column;
    const down = same ? !scope.down : key !== "name";
    scope.choose({ key, down, method: Number(m) });
    this.view.rescope();
    this.headings.get(column).querySelector("button").focus();
  }

  /** The column that all classes are sorted by, if it is one. */
  columnOf({ key, method, ofEpoch }) {
    return { name: "class", count: "n" }[key] ?? (ofEpoch ? `${key}.${method}` : key);
  }

  /** Put the rows in the chosen order, at the epoch shown. */
  arrange(index) {
    const { scope } = this.view;
    const { key, down } = scope.many ? { ...scope, key: this.columnOf(scope) } : this.sort;
    for (const [name, cell] of this.headings)
      cell.setAttribute("aria-sort", name === key ? (down ? "descending" : "ascending") : "none");
    if (scope.many) {
      this.body.replaceChildren(...this.rows.map(({ row }) => row));
      return;
    }
    const value = (c) => {
      if (key === "class") return c;
      if (key === "n") return this.view.store.scene.train_counts[c];
      if (key === "tested") return this.view.store.scene.test_counts[c];
      const [name, m] = key.split(".");
      const v = this.view.store.value(index, Number(m), name, c);
      return Number.isNaN(v) ? -Infinity : v;
    };
    const sorted = [...this.rows].sort(
      (a, b) => (value(a.c) - value(b.c)) * (down ? -1 : 1) || a.c - b.c,
    );
    this.body.replaceChildren(...sorted.map(({ row }) => row));
  }

  data(index) {
    const { store } = this.view;
    const names = ["recall", "mean_weight", "mean_grad"];
    const rows = store.classes.flatMap((name, c) =>
      store.methods.map((label, m) => [
        store.frames[index].epoch,
        name,
        store.scene.train_counts[c],
        label,
        ...names.map((field) => store.value(index, m, field, c)),
        store.scene.test_counts[c],
        ...this.interval(index, m, c),
      ]),
    );
    const first = ["epoch", "class", "N", "method", "recall (share)", "mean weight", "mean g"];
    return { columns: [...first, "test samples", "recall low", "recall high"], rows };
  }

  /** The ends of the interval of a recall, none without test samples. */
  interval(index, m, c) {
    const { store } = this.view;
    const n = store.scene.test_counts[c];
    return n ? wilson(store.value(index, m, "recall", c), n) : [null, null];
  }

  draw(index) {
    const { store, player } = this.view;
    const now = performance.now();
    const moving = player.playing || player.follow;
    if ((moving || this.view.trailing) && index !== player.last && now - (this.drawn ?? 0) < SLOW)
      return;
    this.drawn = now;
    const data = this.columns.map(({ name, m }) => store.raw(index, m, name));
    for (const { c, cells, shown } of this.rows) {
      const tested = store.scene.test_counts[c];
      this.columns.forEach(({ format, name }, i) => {
        const value = data[i]?.[c];
        const text = format(value);
        if (shown[i] === text) return;
        shown[i] = text;
        cells[i].textContent = text;
        if (name === "recall") cells[i].title = restsOn(value, tested);
      });
    }
    if (!moving && !this.view.scope.many && this.sort.key.includes(".")) this.arrange(index);
  }
}
