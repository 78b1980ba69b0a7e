// The painted points as a list: for keyboards, screen readers and exact coordinates.
import { el } from "../draw/dom.js";
import { moreButton } from "./more_button.js";

const PAINT_ROWS = 100;

export class PaintList {
  constructor(painter) {
    this.painter = painter;
    this.most = PAINT_ROWS;
    this.body = el("tbody");
    this.more = moreButton(() => {
      this.most += PAINT_ROWS;
      this.draw();
    });
    this.add = el("button", {
      type: "button",
      class: "hv-plain",
      text: "Add a point",
      onclick: () => this.append(),
    });
    this.table = el(
      "table",
      {},
      el(
        "thead",
        {},
        el("tr", {}, ...["class", "x", "y", ""].map((text) => el("th", { scope: "col", text }))),
      ),
      this.body,
    );
    this.node = el(
      "details",
      { class: "hv-twin" },
      el("summary", { text: "as a list" }),
      el(
        "div",
        {
          class: "hv-tablebox hv-paintlist",
          tabindex: 0,
          role: "group",
          "aria-label": "Painted points, scrolls",
        },
        this.table,
      ),
      this.more,
      this.add,
    );
    this.node.addEventListener("toggle", () => this.draw());
    this.node.addEventListener(
      "keydown",
      (event) => event.key !== "Escape" && event.stopPropagation(),
    );
  }

  draw() {
    if (!this.node.open) return;
    const { points } = this.painter;
    this.body.replaceChildren(...points.slice(0, this.most).map((_, i) => this.row(i)));
    this.more.hidden = points.length <= this.most;
    this.more.textContent = `${this.most} of ${points.length} points. Show more.`;
  }

  row(i) {
    const { painter } = this;
    const { names, extent } = painter;
    const [c, x, y] = painter.points[i];
    const set = (k, value) =>
      painter.change(
        painter.points.map((point, j) =>
          j === i ? point.map((v, p) => (p === k ? value : v)) : point,
        ),
      );
    const number = (k, value, low, high, label) =>
      el("input", {
        type: "number",
        step: 0.05,
        min: low,
        max: high,
        value: value.toFixed(2),
        "aria-label": `${label} of point ${i + 1}`,
        onchange: (event) => {
          const v = Number(event.target.value);
          if (Number.isFinite(v)) set(k, Math.max(low, Math.min(high, v)));
        },
      });
    const select = el(
      "select",
      {
        "aria-label": `Class of point ${i + 1}`,
        onchange: (event) => set(0, Number(event.target.value)),
      },
      ...names.map((name, k) => el("option", { value: k, text: name, selected: k === c })),
    );
    const remove = el("button", {
      type: "button",
      "aria-label": `Remove point ${i + 1}`,
      title: "Remove",
      text: "×",
      onclick: () => painter.change(painter.points.filter((_, j) => j !== i)),
    });
    return el(
      "tr",
      {},
      ...[
        select,
        number(1, x, extent[0], extent[1], "x"),
        number(2, y, extent[2], extent[3], "y"),
        remove,
      ].map((node) => el("td", {}, node)),
    );
  }

  append() {
    const { painter } = this;
    if (painter.points.length >= painter.limit) return;
    const [x0, x1, y0, y1] = painter.extent;
    painter.change([...painter.points, [painter.c, (x0 + x1) / 2, (y0 + y1) / 2]]);
    this.most = Math.max(this.most, painter.points.length);
    this.draw();
    this.body.lastElementChild?.querySelector("select").focus();
  }
}
