// What lies over a picture that is not of the settings chosen: why, and a button that trains them.
import { el } from "../draw/dom.js";

/** Dims the view and says why while the page asks for it with the option `veil`. */
export class Veil {
  constructor(view) {
    this.view = view;
    this.text = el("span");
    this.train = el("button", {
      type: "button",
      class: "hv-primary",
      text: "Train",
      "aria-label": "Train with the changed settings",
      onclick: () => view.callbacks.train?.(),
    });
    const note = el("p", { role: "status" }, this.text);
    this.node = el("div", { class: "hv-veil" }, el("div", {}, note, this.train));
    this.refresh();
  }

  refresh() {
    const { veil = "", trains = false } = this.view.options ?? {};
    this.view.root.classList.toggle("hv-veiled", Boolean(veil));
    this.node.hidden = !veil;
    this.train.hidden = !trains;
    this.text.textContent = veil;
  }
}
