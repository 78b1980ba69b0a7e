// The button below a list that is cut short. It is hidden until the list knows that there is more.
import { el } from "../draw/dom.js";

export function moreButton(onclick) {
  const text = "Show more";
  return el("button", { type: "button", class: "hv-more", hidden: true, text, onclick });
}
