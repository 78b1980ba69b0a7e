// Which class is which, and how many samples it has: the tail itself.
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { classMark } from "../draw/marks.js";

/** One entry per class, its bar as a share of the largest; pressing one dims the others. */
export class Legend {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "hv-legend" });
  }

  build() {
    const { store, main, scope } = this.view;
    const { groups } = store.scene;
    const most = store.scene.train_counts.reduce((a, b) => Math.max(a, b), 1);
    const groupOf = new Map(groups.flatMap(({ name, classes }) => classes.map((c) => [c, name])));
    this.classes = scope.listed;
    this.items = this.classes.map((c) => this.item(c, most, groupOf.get(c)));
    const label = "Classes and their training counts";
    const kind = scope.many ? "hv-classes hv-longnames" : "hv-classes";
    const list = { class: kind, role: "group", "aria-label": label };
    this.node.replaceChildren(el("div", list, ...this.items));
    const noisy = store.static.flipped.some((flag) => flag);
    this.marks = noisy && store.static.points && main ? this.markButton() : null;
    if (this.marks) this.node.append(this.marks);
    this.refresh();
  }

  /** The button of one class; its bar spans 0 to `most`. */
  item(c, most, group) {
    const { view } = this;
    const { store, theme } = view;
    const name = store.classes[c];
    const n = store.scene.train_counts[c];
    const share = (n / most) * 100;
    const size = `${count(n)} training samples${group ? `, ${group.toLowerCase()}` : ""}`;
    const attributes = {
      type: "button",
      class: "hv-class",
      "aria-pressed": false,
      title: `${name}: ${size}. Press to single it out.`,
      onclick: () => view.setFocus(view.focus === c ? null : c),
    };
    const style = `width:${share.toFixed(1)}%;background:${theme.classColor(c)}`;
    return el(
      "button",
      attributes,
      classMark(theme, c, 13),
      el("span", { class: "hv-name", text: name }),
      el("span", { class: "hv-n", text: count(n) }),
      el("span", { class: "hv-bar" }, el("i", { style })),
    );
  }

  markButton() {
    const { view } = this;
    return el("button", {
      type: "button",
      class: "hv-toggle",
      "data-skip": "",
      "aria-pressed": view.marks,
      text: "Cross out noisy labels",
      onclick: () => view.setMarks(!view.marks),
    });
  }

  refresh() {
    const { focus, marks } = this.view;
    this.items.forEach((item, i) => {
      const c = this.classes[i];
      item.setAttribute("aria-pressed", focus === c);
      item.classList.toggle("hv-dim", focus != null && focus !== c);
    });
    this.marks?.setAttribute("aria-pressed", marks);
  }
}
