// What a title says of the samples drawn below it.
import { el } from "./dom.js";
import { count } from "./format.js";

/** How many of the training samples are drawn, if not all, and whose line lies over them. */
export function shownNote({ store, options }) {
  const { tracked, train_counts: counts, rarest } = store.scene;
  const total = counts.reduce((sum, n) => sum + n, 0);
  const notes = [];
  if (tracked < total) {
    const whole = store.static.targets.filter((c) => c === rarest).length === counts[rarest];
    const rest = whole ? ", the rarest class in full" : "";
    notes.push(`${count(tracked)} of ${count(total)} training samples shown${rest}`);
  }
  if (options.line) notes.push("The thick dashes are the line that you drew");
  const text = notes.map((note) => `${note}.`).join(" ");
  return text ? [el("span", { class: "hv-some", text })] : [];
}
