// The samples of one region of the gradient norm as a list.
import { el, refill } from "../draw/dom.js";
import { count, plain } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";
import { moreButton } from "./more_button.js";
import { sampleName, selects } from "./sample_tiles.js";

const LIST_MOST = 60;

/** The samples of one region: press one to follow it everywhere. */
export class RegionList {
  constructor(view, onclose, onmethod) {
    this.view = view;
    this.onmethod = onmethod;
    this.body = el("ol", { class: "hv-list" });
    this.head = el("div", { class: "hv-listhead" });
    this.methods = el("div", {
      class: "hv-chips",
      role: "group",
      "aria-label": "Method whose gradient norms are used",
    });
    this.foot = moreButton(() => {
      this.most += 4 * LIST_MOST;
      this.onmore();
    });
    this.node = el(
      "aside",
      {
        class: "hv-side",
        hidden: true,
        "aria-label": "Samples of the chosen region",
        "data-skip": "",
      },
      el("button", {
        type: "button",
        class: "hv-close",
        "aria-label": "Close the list",
        title: "Close",
        text: "×",
        onclick: onclose,
      }),
      this.head,
      this.methods,
      this.body,
      this.foot,
    );
    this.most = LIST_MOST;
  }

  reset() {
    this.most = LIST_MOST;
  }

  /** Show `found` samples of class `c` under method `m`; `words` says which region. */
  show({ c, m, words, found, again }) {
    const { view } = this;
    const { store, theme, player } = view;
    this.onmore = again;
    this.node.hidden = false;
    const seen = store.static.targets.reduce((sum, t) => sum + (t === c ? 1 : 0), 0);
    const all = store.scene.train_counts[c];
    const follow =
      seen < all
        ? ` of the ${count(seen)} followed (the class has ${count(all)})`
        : ` of the class's ${count(all)}`;
    this.head.replaceChildren(
      el("h3", {}, classMark(theme, c, 14), store.classes[c]),
      el("p", { text: words }),
      el("p", {
        class: "hv-quiet",
        text: `${count(found.length)}${follow}, at the end of epoch ${player.epoch}, hardest first`,
      }),
    );
    refill(
      this.methods,
      store.methods.map((label, i) =>
        el(
          "button",
          {
            type: "button",
            class: "hv-chipbutton",
            "aria-pressed": i === m,
            onclick: () => this.onmethod(i),
          },
          methodMark(theme, i, 22),
          label,
        ),
      ),
    );
    const shown = found.slice(0, this.most);
    while (this.body.children.length > shown.length) this.body.lastChild.remove();
    shown.forEach((sample, i) => {
      const place = this.body.children[i] ?? this.body.appendChild(el("li"));
      refill(place, [this.row(sample, m)]);
    });
    this.foot.hidden = shown.length === found.length;
    this.foot.textContent = `${shown.length} of ${count(found.length)} shown. Show more.`;
  }

  row(sample, m) {
    const { view } = this;
    const { store, theme, player } = view;
    const { index } = player;
    const predicted = store.raw(index, m, "predicted")?.[sample];
    const right = predicted === store.static.targets[sample];
    return el(
      "button",
      {
        ...selects(view, sample),
        class: "hv-sample",
      },
      view.tiles.make(sample, 44),
      el(
        "span",
        { class: "hv-samplename" },
        sampleName(store, sample),
        store.static.flipped[sample] ? " · noisy label" : "",
      ),
      el(
        "span",
        { class: "hv-numbers" },
        el("span", {}, "g ", el("b", { text: plain(store.value(index, m, "grad", sample), 3) })),
        el(
          "span",
          {},
          "weight ",
          el("b", { text: plain(store.value(index, m, "weight", sample)) }),
        ),
        predicted == null
          ? null
          : el(
              "span",
              {},
              right ? "✓ " : "✗ ",
              classMark(theme, predicted, 11),
              ` ${store.classes[predicted]}`,
            ),
      ),
    );
  }
}
