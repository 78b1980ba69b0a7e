// One class out of all: a selection, or where there are too many, a field to type its name into.
import { MANY } from "../data/class_scope.js";
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { selectBox } from "./choices.js";

/** Names listed at once. */
const LISTED = 12;
let pickers = 0;

/**
 * A labelled control whose `onchange` gets the number of a class. `options` are [class, text] in
 * the order in which they are listed; `value` is the chosen one.
 */
export function classPicker(label, options, value, onchange) {
  if (options.length <= MANY) return selectBox(label, options, value, (c) => onchange(Number(c)));
  return new Picker(label, options, value, onchange).node;
}

/** A text field with a list of what fits, by the pattern of a combobox. */
class Picker {
  constructor(label, options, value, onchange) {
    Object.assign(this, { options, onchange });
    const id = `hv-picked-${++pickers}`;
    this.chosen = options.find(([c]) => c === value);
    this.list = el("div", { class: "hv-picks", role: "listbox", id, "aria-label": label });
    this.note = el("p", { class: "hv-quiet", role: "status" });
    this.box = el("div", { class: "hv-pickbox", hidden: true }, this.list, this.note);
    this.input = el("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": false,
      "aria-controls": id,
      value: this.chosen?.[1],
      oninput: () => this.open(),
      onfocus: () => this.input.select(),
      onclick: () => this.open(""),
      onblur: () => this.close(),
      onkeydown: (event) => this.key(event),
    });
    const named = el("label", { class: "hv-select" }, el("span", { text: label }), this.input);
    this.node = el("div", { class: "hv-picker" }, named, this.box);
    this.id = id;
  }

  /** List what fits to the text; an empty one, what comes first. */
  open(text = this.input.value) {
    const wanted = text.trim().toLowerCase();
    const fits = this.options.filter(([, name]) => name.toLowerCase().includes(wanted));
    this.fits = fits.slice(0, LISTED);
    this.at = wanted && fits.length ? 0 : -1;
    this.box.hidden = false;
    this.input.setAttribute("aria-expanded", true);
    this.note.textContent = fits.length
      ? `${this.fits.length} of ${count(fits.length)} classes; type to narrow down`
      : "No class has that in its name.";
    this.list.replaceChildren(
      ...this.fits.map(([, name], i) =>
        el("div", {
          role: "option",
          id: `${this.id}-${i}`,
          class: "hv-pick",
          "aria-selected": i === this.at,
          text: name,
          onpointerdown: (event) => {
            event.preventDefault();
            this.take(i);
          },
        }),
      ),
    );
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", i === this.at));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.box.hidden = true;
    this.input.setAttribute("aria-expanded", false);
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.chosen?.[1] ?? "";
  }

  take(i) {
    const found = this.fits[i];
    if (!found) return;
    this.chosen = found;
    this.close();
    this.onchange(found[0]);
  }

  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const open = !this.box.hidden;
    if (event.key === "Tab") return;
    event.stopPropagation();
    if (by) {
      event.preventDefault();
      if (!open) this.open("");
      this.at = Math.max(0, Math.min(this.fits.length - 1, this.at + by));
      this.mark();
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      this.take(Math.max(0, this.at));
    } else if (event.key === "Escape") this.close();
  }
}
