// Mean recall of head, medium and tail at the playhead, one bar a method.
import { count, el, methodMark, percent } from "./shapes.js";

export class Bars {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "hv-bars" });
  }

  build() {
    const { store, theme } = this.view;
    const { groups, train_counts: counts } = store.scene;
    this.rows = [];
    this.node.replaceChildren(
      ...groups.map((group, g) => {
        const sizes = group.classes.map((c) => counts[c]);
        const low = Math.min(...sizes);
        const high = Math.max(...sizes);
        const range = low === high ? `N = ${count(low)}` : `N = ${count(low)} to ${count(high)}`;
        const classes = `${group.classes.length} ${group.classes.length === 1 ? "class" : "classes"}`;
        return el(
          "div", { class: "hv-group", role: "group", "aria-label": `${group.name}: ${classes}` },
          el("h4", {}, el("i", { class: "hv-chip", style: `--color:${theme.groupColor(g)}`, "aria-hidden": "true" }), group.name, el("span", { text: `${classes}, ${range}` })),
          ...store.methods.map((label, m) => {
            const fill = el("i", { style: `--color:${theme.methodColor(m)}` });
            const value = el("b");
            this.rows.push({ g, m, fill, value });
            return el("div", { class: "hv-row" }, el("span", { class: "hv-who" }, methodMark(theme, m), el("span", { text: label, title: label })), el("span", { class: "hv-rail" }, fill), value);
          }),
        );
      }),
      el("div", { class: "hv-scale", "aria-hidden": "true" }, ...[0, 25, 50, 75, 100].map((v) => el("span", { text: v === 100 ? "100 %" : v }))),
    );
  }

  draw(index) {
    const { store } = this.view;
    const values = store.methods.map((_, m) => store.scalar(index, m, "groups") ?? []);
    for (const { g, m, fill, value } of this.rows) {
      const recall = values[m][g];
      fill.style.transform = `scaleX(${recall ?? 0})`;
      value.textContent = percent(recall);
      const best = Math.max(...values.map((of) => of[g] ?? -1));
      value.classList.toggle("hv-best", recall != null && recall === best);
    }
  }
}
