// Small controls that every panel uses: choices, toggles, selections, tables of what is drawn.
import { el } from "../draw/shapes.js";

/** Exclusive choices as a row of buttons; arrow keys move inside it. */
export function choiceRow(label, options, value, onchoose) {
  const node = el("div", { class: "hv-tabs hv-choice", role: "radiogroup", "aria-label": label });
  const show = (chosen) => {
    for (const button of node.children) {
      button.setAttribute("aria-checked", button.dataset.value === chosen);
      button.tabIndex = button.dataset.value === chosen ? 0 : -1;
    }
  };
  const choose = (chosen) => {
    show(chosen);
    onchoose(chosen);
  };
  for (const [id, text, title] of options) {
    const button = el("button", {
      type: "button",
      role: "radio",
      text,
      title,
      onclick: () => choose(id),
    });
    button.dataset.value = id;
    node.append(button);
  }
  node.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex(([id]) => id === event.target.dataset.value) + by;
    const [id] = options[(at + options.length) % options.length];
    choose(id);
    node.querySelector(`[data-value="${id}"]`).focus();
  });
  show(value);
  return node;
}

/** A button that is on or off. */
export function toggleButton(text, on, onchange, mark = null) {
  const button = el(
    "button",
    { type: "button", class: mark ? "hv-chipbutton" : "hv-toggle", "aria-pressed": on },
    mark,
    text,
  );
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", now);
    onchange(now);
  });
  return button;
}

/** A labelled selection; `options` are [value, text]. */
export function selectBox(label, options, value, onchange) {
  const select = el(
    "select",
    { onchange: () => onchange(select.value) },
    ...options.map(([id, text]) =>
      el("option", { value: id, text, selected: String(id) === String(value) }),
    ),
  );
  return el("label", { class: "hv-select" }, el("span", { text: label }), select);
}

/** Draw `inside` only while it is near the screen; `onshow(node)` when it comes into view. */
export class Lazy {
  constructor(onshow) {
    this.shown = new Set();
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (!isIntersecting) this.shown.delete(target);
          else if (!this.shown.has(target)) {
            this.shown.add(target);
            onshow(target);
          }
        }
      },
      { rootMargin: "200px" },
    );
  }

  watch(nodes) {
    this.watcher.disconnect();
    this.shown.clear();
    for (const node of nodes) this.watcher.observe(node);
  }
}

const TWIN_ROWS = 300;
const TWIN_SLOW = 250;

/** A number as text of about three digits; text as it is. */
export function cellText(value) {
  if (value == null || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 100 ? value.toFixed(1) : Number(value.toPrecision(3)).toString();
}

/** "as a table": the numbers of a panel at the epoch shown, filled while it is open. */
export class Twin {
  constructor(view, panel, title) {
    this.view = view;
    this.panel = panel;
    this.most = TWIN_ROWS;
    this.table = el("table");
    this.more = el("button", {
      type: "button",
      class: "hv-more",
      hidden: true,
      text: "Show more",
      onclick: () => {
        this.most += 5 * TWIN_ROWS;
        this.fill();
      },
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
      el("summary", { text: "as a table" }),
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
    this.more.textContent = `${shown.length} of ${rows.length.toLocaleString("en-US")} rows. Show more; the CSV has all.`;
  }
}
