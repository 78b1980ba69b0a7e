// Small controls that panels share: choices, toggles, selections.
import { el } from "../draw/dom.js";

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

/** A row of choices behind its label, where the choices alone do not say what they change. */
export function named(row) {
  const text = row.getAttribute("aria-label");
  return el("div", { class: "hv-select" }, el("span", { text, "aria-hidden": "true" }), row);
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
