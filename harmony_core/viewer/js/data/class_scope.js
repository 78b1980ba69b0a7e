// Which classes the panels show: all of a few, or one page of many, searched and sorted.

/** Classes above which the panels show a page of them at a time. */
export const MANY = 120;
/** Classes on a page. */
export const PAGE = 50;

/** What classes can be sorted by: the words for the highest first, and for the lowest first. */
const ORDERS = {
  count: ["most samples first", "fewest samples first"],
  tested: ["most test samples first", "fewest test samples first"],
  name: ["name, Z to A", "name"],
  recall: ["highest recall first", "lowest recall first"],
  change: ["largest change of recall first", "smallest change of recall first"],
  mean_grad: ["highest mean g first", "lowest mean g first"],
  mean_weight: ["highest mean weight first", "lowest mean weight first"],
};
const OF_EPOCH = ["recall", "change", "mean_grad", "mean_weight"];
/** The orders that a selection offers; a table may ask for the others. */
const OFFERED = [
  ["count", true],
  ["count", false],
  ["name", false],
  ["recall", false],
  ["recall", true],
  ["change", true],
  ["mean_grad", true],
  ["mean_weight", true],
];

export class ClassScope {
  constructor(view) {
    this.view = view;
    this.reset();
  }

  /** Begin anew: all classes, the largest first. */
  reset() {
    this.search = "";
    this.group = -1;
    this.key = "count";
    this.down = true;
    this.method = 0;
    this.page = 0;
    this.found = null;
  }

  /** Whether there are too many classes to show all of them at once. */
  get many() {
    return this.view.store.classes.length > MANY;
  }

  /** The classes to show, in order: all, or those of the page. */
  get shown() {
    const { store } = this.view;
    if (!this.many) return store.byCount;
    this.found ??= this.arranged();
    return this.found.slice(this.page * PAGE, (this.page + 1) * PAGE);
  }

  /** The same by number where all are shown. */
  get listed() {
    return this.many ? this.shown : [...this.view.store.classes.keys()];
  }

  get pages() {
    this.found ??= this.arranged();
    return Math.max(1, Math.ceil(this.found.length / PAGE));
  }

  /** Whether the order is by a number of the epoch shown. */
  get ofEpoch() {
    return OF_EPOCH.includes(this.key);
  }

  /** Take over what the reader chose; any choice but a page leads to the first one. */
  choose(changes) {
    Object.assign(this, { page: 0 }, changes);
    this.found = null;
    this.page = Math.min(Math.max(0, this.page), this.pages - 1);
  }

  /** Sort again by the epoch shown; whether that can have changed anything. */
  renew() {
    this.found = null;
    return this.many && this.ofEpoch;
  }

  arranged() {
    const { store } = this.view;
    const wanted = this.search.trim().toLowerCase();
    const members = store.scene.groups[this.group]?.classes ?? [...store.classes.keys()];
    const found = wanted
      ? members.filter((c) => store.classes[c].toLowerCase().includes(wanted))
      : [...members];
    const turn = this.down ? -1 : 1;
    if (this.key === "name") {
      const { compare } = new Intl.Collator("en", { numeric: true });
      return found.sort((a, b) => turn * compare(store.classes[a], store.classes[b]) || a - b);
    }
    const values = new Map(found.map((c) => [c, this.value(c)]));
    return found.sort((a, b) => {
      const [x, y] = [values.get(a), values.get(b)];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
      return turn * (x - y) || a - b;
    });
  }

  /** What class `c` is sorted by; NaN where it is not known. */
  value(c) {
    const { store, player } = this.view;
    const read = (index, name) => store.value(index, this.method, name, c);
    if (this.key === "count") return store.scene.train_counts[c];
    if (this.key === "tested") return store.scene.test_counts[c];
    if (this.key === "change") return Math.abs(read(player.index, "recall") - read(0, "recall"));
    return read(player.index, this.key);
  }

  get order() {
    return `${this.key} ${this.down}`;
  }

  /** [value, text] of every order offered, and of the present one. */
  get orders() {
    const listed = OFFERED.some(([key, down]) => `${key} ${down}` === this.order);
    return [...OFFERED, ...(listed ? [] : [[this.key, this.down]])].map(([key, down]) => [
      `${key} ${down}`,
      ORDERS[key][down ? 0 : 1],
    ]);
  }

  /** Which classes these are: "Classes 1–50 of 1,000, most samples first". */
  get words() {
    const { store, player } = this.view;
    const n = (value) => value.toLocaleString("en-US");
    const from = this.page * PAGE;
    const of = this.found?.length ?? this.arranged().length;
    const total = store.classes.length;
    const range = of ? `${n(from + 1)}–${n(Math.min(of, from + PAGE))}` : "none";
    const group = store.scene.groups[this.group]?.name.toLowerCase();
    const part = [
      of < total && `${n(of)} found`,
      group && `in the ${group}`,
      this.search.trim() && `with “${this.search.trim()}” in the name`,
    ].filter(Boolean);
    const among = part.length ? ` of ${part.join(" ")}, of ${n(total)} in all` : ` of ${n(total)}`;
    const by = this.ofEpoch ? ` by ${store.methods[this.method]} at epoch ${player.epoch}` : "";
    return `Classes ${range}${among}, ${ORDERS[this.key][this.down ? 0 : 1]}${by}`;
  }
}
