// The classes that all panels show, where there are too many for one page: find, sort, step.
import { PAGE } from "../data/class_scope.js";
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { selectBox } from "./choices.js";

/** Milliseconds after a key in which another may follow before the panels are drawn. */
const TYPING = 180;

export class ClassBar {
  constructor(view) {
    this.view = view;
    this.input = el("input", {
      type: "search",
      placeholder: "part of a name",
      oninput: () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.choose({ search: this.input.value }), TYPING);
      },
      onkeydown: (event) => event.key !== "Escape" && event.stopPropagation(),
    });
    this.sort = el("span", { class: "hv-scopepart" });
    this.step = el("span", { class: "hv-scopepart hv-steps" });
    this.words = el("p", { class: "hv-scopewords", role: "status" });
    this.sparse = el("p", { class: "hv-sparse" });
    this.box = el(
      "div",
      { class: "hv-scope", role: "group", "aria-label": "Classes shown" },
      el("label", { class: "hv-select" }, el("span", { text: "Find classes" }), this.input),
      this.sort,
      this.step,
      this.words,
    );
    this.node = el("div", {}, this.sparse, this.box);
  }

  /** Fill it in for the run shown; nothing where all classes are. */
  build() {
    const { scope, store, panels } = this.view;
    const paged = scope.many && store.frames.length > 0;
    this.sparse.textContent = store.sparse;
    this.sparse.hidden = !store.sparse;
    this.box.hidden = !paged || !panels.some(({ about }) => about.scoped || about.legend);
    for (const { partNote } of panels) {
      if (!partNote) continue;
      partNote.hidden = !paged;
      partNote.textContent = paged ? `${scope.words}.` : "";
    }
    if (this.box.hidden) return;
    if (this.input.getRootNode().activeElement !== this.input) this.input.value = scope.search;
    this.buildSort();
    this.buildSteps();
    const where = "Every panel below that draws single classes shows these.";
    this.words.textContent = `${scope.words}. ${where}`;
  }

  buildSort() {
    const { scope, store } = this.view;
    const { groups } = store.scene;
    const parts = [
      [-1, `all ${count(store.classes.length)} classes`],
      ...groups.map(({ name, classes }, g) => [g, `${name}: ${count(classes.length)}`]),
    ];
    const by = scope.ofEpoch && store.methods.length > 1;
    const choices = [
      selectBox("Of", parts, scope.group, (g) => this.choose({ group: Number(g) })),
      selectBox("Sort", scope.orders, scope.order, (text) => {
        const [key, down] = text.split(" ");
        this.choose({ key, down: down === "true" });
      }),
      by
        ? selectBox("under", [...store.methods.entries()], scope.method, (m) =>
            this.choose({ method: Number(m) }),
          )
        : null,
    ];
    this.replace(this.sort, choices);
  }

  buildSteps() {
    const { scope } = this.view;
    const last = scope.pages - 1;
    const found = scope.found.length;
    const range = (page) =>
      `${count(page * PAGE + 1)}–${count(Math.min(found, (page + 1) * PAGE))}`;
    const pages = Array.from({ length: last + 1 }, (_, page) => [page, range(page)]);
    const button = (text, label, by) =>
      el("button", {
        type: "button",
        class: "hv-pagestep",
        text,
        "aria-label": label,
        title: label,
        "aria-disabled": scope.page + by < 0 || scope.page + by > last,
        onclick: () => this.choose({ page: scope.page + by }),
      });
    this.replace(this.step, [
      button("‹", `The ${PAGE} classes before`, -1),
      selectBox("Classes", found ? pages : [[0, "none"]], scope.page, (page) =>
        this.choose({ page: Number(page) }),
      ),
      button("›", `The next ${PAGE} classes`, 1),
    ]);
  }

  /** New controls in place of those before; the one that was in use keeps the focus. */
  replace(box, nodes) {
    const kept = "button, select";
    const at = [...box.querySelectorAll(kept)].indexOf(box.getRootNode().activeElement);
    box.replaceChildren(...nodes.filter(Boolean));
    if (at >= 0) box.querySelectorAll(kept)[at]?.focus();
  }

  choose(changes) {
    this.view.scope.choose(changes);
    this.view.rescope();
  }

  destroy() {
    clearTimeout(this.typing);
  }
}
