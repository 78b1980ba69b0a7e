// Small multiples: one figure per method, side by side.
import { el } from "./dom.js";
import { methodMark } from "./marks.js";

/** How many figures to put in a row: all up to four, then rows of equal length. */
export function columnsFor(methods) {
  return methods <= 4 ? methods : Math.ceil(methods / Math.ceil(methods / 4));
}

/** A figure headed by the mark and name of method `m`; `facts` follow in its caption. */
export function methodFigure(view, m, children, facts = null) {
  const heading = el("h3", {}, methodMark(view.theme, m), view.store.methods[m]);
  return el("figure", { class: "hv-plane" }, el("figcaption", {}, heading, facts), ...children);
}

/** Put the figures of all methods into a grid. */
export function fillGrid(grid, nodes) {
  grid.replaceChildren(...nodes);
  grid.style.setProperty("--hv-columns", columnsFor(nodes.length));
}
