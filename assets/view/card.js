// What every method makes of one sample: floating at the pointer, or kept below when selected.
import { classMark, count, el, methodMark, plain } from "./shapes.js";

/** A probability in words that do not pretend to more digits than were sent. */
function chance(p) {
  if (Number.isNaN(p)) return "–";
  if (p < 0.005) return "<0.01";
  if (p > 0.995) return ">0.99";
  return p.toFixed(2);
}

/** The content of a card: who the sample is, then one row a method. */
function content(view, sample) {
  const { store, theme, player } = view;
  const { targets, flipped, points, index: rows } = store.static;
  const c = targets[sample];
  const { classes, train_counts: counts } = store.scene;
  const where = points ? ` at (${plain(points[2 * sample])}, ${plain(points[2 * sample + 1])})` : "";
  const head = el("div", { class: "hv-who" }, classMark(theme, c, 15), el("b", { text: classes[c] }), el("span", { text: `N = ${count(counts[c])}` }));
  const body = el("tbody");
  store.methods.forEach((label, m) => {
    const predicted = store.raw(player.index, m, "predicted")?.[sample];
    const right = predicted === c;
    const g = store.value(player.index, m, "grad", sample);
    body.append(
      el("tr", {},
        el("th", { scope: "row" }, methodMark(theme, m, 22), el("span", { text: label })),
        el("td", { class: "hv-verdict" }, predicted == null ? "–" : classMark(theme, predicted, 12), predicted == null ? "" : el("span", { text: `${classes[predicted]} ${right ? "✓" : "✗"}` })),
        el("td", { text: chance(store.value(player.index, m, "own", sample)) }),
        el("td", { class: g > store.scene.hard ? "hv-hard" : "", text: plain(g) }),
        el("td", { text: plain(store.value(player.index, m, "weight", sample)) })));
  });
  const titles = [["method", ""], ["predicts", ""], ["p", "Probability of its own class, by plain softmax"], ["g", "Gradient norm 1 − p under the probabilities the loss trains on"], ["weight", "What multiplies its loss"]];
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...titles.map(([text, title]) => el("th", { scope: "col", text, title })))), body);
  const foot = el("p", { text: `Training sample ${count(rows[sample])}${where}${flipped[sample] ? " · its label was changed by noise" : ""}` });
  return [head, el("div", { class: "hv-wide" }, table), foot];
}

export class Card {
  constructor(view) {
    this.view = view;
    this.float = el("div", { class: "hv-float", hidden: true, "aria-hidden": "true" });
    this.body = el("div");
    this.dock = el(
      "section", { class: "hv-dock", hidden: true, "aria-label": "Selected sample" },
      el("button", { type: "button", class: "hv-close", "aria-label": "Close (Escape)", title: "Close (Escape)", text: "×", onclick: () => view.select(null) }),
      this.body,
    );
  }

  /** Show the hovered sample beside the pointer. */
  hover(sample, event) {
    this.float.hidden = sample == null;
    if (sample == null) return;
    this.float.replaceChildren(...content(this.view, sample));
    const box = this.view.root.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: h } = this.float;
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const left = x + 18 + w > box.width ? x - w - 18 : x + 18;
    const below = event.clientY + h + 20 < window.innerHeight ? y + 16 : y - h - 16;
    this.float.style.transform = `translate(${Math.max(4, Math.min(box.width - w - 4, left)).toFixed(0)}px, ${Math.max(4, below).toFixed(0)}px)`;
  }

  draw() {
    const { selected } = this.view;
    this.dock.hidden = selected == null;
    if (selected != null) this.body.replaceChildren(...content(this.view, selected));
  }
}
