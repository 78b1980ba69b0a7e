// The numbers of a panel as a table below it.
import { el } from "../draw/dom.js";
import { cellText, count } from "../draw/format.js";
import { moreButton } from "./more_button.js";

const TWIN_ROWS = 300;
const TWIN_SLOW = 250;

/** "as a table": the numbers of a panel at the epoch shown, filled while it is open. */
export class Twin {
  constructor(view, panel, title) {
    this.view = view;
    this.panel = panel;
    this.most = TWIN_ROWS;
    this.table = el("table");
    this.more = moreButton(() => {
      this.most += 5 * TWIN_ROWS;
      this.fill();
    });
    this.box = el(
      "div",
      {
        class: "hv-tablebox",
        tabindex: 0,
        role: "group",
        "aria-label": `${title}, as a table; scrolls`,
      },
      this.table,
    );
    this.node = el(
      "details",
      { class: "hv-twin" },
      el("summary", {}, el("span", { class: "hv-hidden", text: `${title} ` }), "as a table"),
      this.box,
      this.more,
    );
    this.node.addEventListener("toggle", () => this.fill());
  }

  /** Renew an open table, less often while something plays. */
  draw() {
    if (!this.node.open) return;
    const { player } = this.view;
    const now = performance.now();
    if (player.playing && player.index !== player.last && now - (this.drawn ?? 0) < TWIN_SLOW)
      return;
    this.drawn = now;
    this.fill();
  }

  fill() {
    if (!this.node.open) return;
    const { columns, rows } = (this.panel.twinData ?? this.panel.data).call(
      this.panel,
      this.view.player.index,
    );
    const shown = rows.slice(0, this.most);
    const row = (cells) =>
      el(
        "tr",
        {},
        ...cells.map((cell, i) =>
          i ? el("td", { text: cellText(cell) }) : el("th", { scope: "row", text: cellText(cell) }),
        ),
      );
    this.table.replaceChildren(
      el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...shown.map(row)),
    );
    this.more.hidden = shown.length === rows.length;
    const part = `${shown.length} of ${count(rows.length)} rows`;
    this.more.textContent = `${part}. Show more; the CSV has all.`;
  }
}
