// The samples that weigh most and least under every method at one epoch.
import { classPicker } from "../controls/class_picker.js";
import { sampleName, selects } from "../controls/sample_tiles.js";
import { el, refill } from "../draw/dom.js";
import { count, plain } from "../draw/format.js";
import { classMark } from "../draw/marks.js";
import { methodFigure } from "../draw/multiples.js";

export default {
  title: "Samples that weigh most and least",
  caption: [
    "From the followed training samples, at the epoch shown.",
    "For data in the plane, the picture is the plane",
    "with the regions of the best possible rule and the sample in it.",
    "Press one to follow it.",
  ],
  parts: ["samples", "thumbs"],
  needs: ["weight"],
  create: (view) => new Gallery(view),
};

const GALLERY_SIZE = 8;
const GALLERY_SLOW = 200;

class Gallery {
  constructor(view) {
    this.view = view;
    this.only = -1;
    this.tools = el("div", { class: "hv-tools", "data-skip": "" });
    this.grid = el("div", { class: "hv-gallery" });
    this.node = el("div", {}, this.tools, this.grid);
  }

  build() {
    const { store } = this.view;
    const sized = (c) => `${store.classes[c]} (N = ${count(store.scene.train_counts[c])})`;
    const classes = store.byCount.map((c) => [c, sized(c)]);
    const select = classPicker("Class", [[-1, "all classes"], ...classes], this.only, (c) => {
      this.only = c;
      this.draw(this.view.player.index);
    });
    this.tools.replaceChildren(select);
    this.panels = store.methods.map((label, m) => this.panel(label, m));
    this.grid.replaceChildren(...this.panels.map(({ node }) => node));
  }

  panel(label, m) {
    const rows = ["Weigh most", "Weigh least"].map((title) => {
      const list = el("div", { class: "hv-tiles" });
      const heading = el("p", { class: "hv-quiet hv-tiletitle", text: title });
      const group = { role: "group", "aria-label": `${title} under ${label}` };
      return { list, node: el("div", group, heading, list) };
    });
    const nodes = rows.map(({ node }) => node);
    return { m, node: methodFigure(this.view, m, nodes), rows };
  }

  /** Positions of the samples in question, the heaviest first. */
  ranked(index, m) {
    const { store } = this.view;
    const weight = store.raw(index, m, "weight");
    const { targets } = store.static;
    return [...weight.keys()]
      .filter((i) => this.only < 0 || targets[i] === this.only)
      .sort((a, b) => weight[b] - weight[a] || a - b);
  }

  draw(index) {
    const { player, store } = this.view;
    const now = performance.now();
    if (player.playing && index !== player.last && now - (this.drawn ?? 0) < GALLERY_SLOW) return;
    this.drawn = now;
    for (const { m, rows, node } of this.panels) {
      const ranked = this.ranked(index, m);
      const weight = store.raw(index, m, "weight");
      const [first, last] = [ranked[0], ranked.at(-1)];
      if (ranked.length && weight[first] - weight[last] < 1e-3 * Math.max(1, weight[first])) {
        const text = `All ${count(ranked.length)} weigh ${plain(weight[first])}.`;
        rows[0].list.replaceChildren(el("p", { class: "hv-alike", text }));
        rows[1].list.replaceChildren();
        node.classList.add("hv-flat");
        continue;
      }
      node.classList.remove("hv-flat");
      const extremes = [ranked.slice(0, GALLERY_SIZE), ranked.slice(-GALLERY_SIZE).reverse()];
      extremes.forEach((samples, i) =>
        refill(
          rows[i].list,
          samples.map((s) => this.tile(s, m, index)),
        ),
      );
    }
  }

  tile(sample, m, index) {
    const { view } = this;
    const { store, theme } = view;
    const c = store.static.targets[sample];
    const g = store.value(index, m, "grad", sample);
    const weight = plain(store.value(index, m, "weight", sample));
    const who = `${store.classes[c]}, ${sampleName(store, sample)}`;
    const name = `${who}: weight ${weight}, g ${plain(g)}`;
    return el(
      "button",
      {
        ...selects(view, sample),
        class: "hv-tilebutton",
        "aria-label": name,
        title: name,
      },
      view.tiles.make(sample, 52),
      el("span", {}, classMark(theme, c, 11), ` ${weight}`),
    );
  }

  data(index) {
    const { store } = this.view;
    const rows = [];
    for (const m of store.methods.keys()) {
      this.ranked(index, m).forEach((s, rank) =>
        rows.push([
          store.frames[index].epoch,
          store.methods[m],
          rank + 1,
          store.static.index[s],
          store.classes[store.static.targets[s]],
          store.value(index, m, "weight", s),
          store.value(index, m, "grad", s),
          store.classes[store.raw(index, m, "predicted")[s]],
        ]),
      );
    }
    return {
      columns: [
        "epoch",
        "method",
        "rank by weight",
        "training sample",
        "class",
        "weight",
        "g",
        "predicted",
      ],
      rows,
    };
  }
}
