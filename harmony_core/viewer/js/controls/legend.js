// Which class is which, and how many samples it has: the tail itself.
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { classMark } from "../draw/marks.js";

/** One entry a class with a bar on a logarithmic scale; pressing one dims the others. */
export class Legend {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "hv-legend" });
  }

  build() {
    const {
      store,
      theme,
      view = this.view,
    } = { ...this.view, store: this.view.store, theme: this.view.theme };
    const { classes, train_counts: counts, groups } = store.scene;
    const most = Math.log10(Math.max(...counts, 10));
    const groupOf = new Map(groups.flatMap((group, g) => group.classes.map((c) => [c, g])));
    this.items = classes.map((name, c) => {
      const share = (Math.log10(Math.max(1, counts[c])) / most) * 100;
      const g = groupOf.get(c);
      const item = el(
        "button",
        {
          type: "button",
          class: "hv-class",
          "aria-pressed": false,
          title: `${name}: ${count(counts[c])} training samples${g == null ? "" : `, ${groups[g].name.toLowerCase()}`}. Press to single it out.`,
          onclick: () => view.setFocus(view.focus === c ? null : c),
        },
        classMark(theme, c, 13),
        el("span", { class: "hv-name", text: name }),
        el("span", { class: "hv-n", text: count(counts[c]) }),
        el(
          "span",
          { class: "hv-bar" },
          el("i", { style: `width:${share.toFixed(1)}%;background:${theme.classColor(c)}` }),
        ),
      );
      return item;
    });
    const list = el(
      "div",
      { class: "hv-classes", role: "group", "aria-label": "Classes and their training counts" },
      ...this.items,
    );
    this.node.replaceChildren(list);
    const noisy = store.static.flipped.some((flag) => flag);
    this.marks = null;
    if (noisy && store.static.points && view.main) {
      this.marks = el(
        "button",
        {
          type: "button",
          class: "hv-toggle",
          "data-skip": "",
          "aria-pressed": view.marks,
          onclick: () => view.setMarks(!view.marks),
        },
        "Cross out noisy labels",
      );
      this.node.append(this.marks);
    }
    this.refresh();
  }

  refresh() {
    const { focus, marks } = this.view;
    this.items.forEach((item, c) => {
      item.setAttribute("aria-pressed", focus === c);
      item.classList.toggle("hv-dim", focus != null && focus !== c);
    });
    this.marks?.setAttribute("aria-pressed", marks);
  }
}
