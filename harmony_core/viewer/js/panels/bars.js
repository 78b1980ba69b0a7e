// Mean recall of head, medium and tail at the epoch shown, one bar per method.
import { bandsOf } from "../data/bands.js";
import { el } from "../draw/dom.js";
import { count, percent } from "../draw/format.js";
import { methodMark } from "../draw/marks.js";

export default {
  title: "Recall of frequent and rare classes",
  caption: [
    "Mean recall over the classes of each group, on the test set.",
    "N is the number of training samples of a class, n that of its test samples.",
  ],
  parts: [],
  create: (view) => new Bars(view),
};

/** The fewest and the most samples of some classes. */
function rangeOf(letter, members, counts) {
  const sizes = members.map((c) => counts[c]);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return low === high ? `${letter} = ${count(low)}` : `${letter} = ${count(low)} to ${count(high)}`;
}

class Bars {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "hv-bars" });
  }

  build() {
    const { store } = this.view;
    const { groups } = store.scene;
    this.bands = groups.map((group, g) =>
      bandsOf(store, { id: `group${g}`, band: group.name.toLowerCase() }),
    );
    const banded = this.bands.some((band) => band.length);
    this.rows = [];
    const marks = [0, 25, 50, 75, 100].map((v) => el("span", { text: v === 100 ? "100 %" : v }));
    this.node.replaceChildren(
      ...groups.map((_, g) => this.group(g, banded)),
      el("div", { class: "hv-scale", "aria-hidden": "true" }, ...marks),
    );
    if (banded) this.node.append(el("p", { class: "hv-quiet", text: this.whiskerNote() }));
  }

  /** The bars of one group of classes, one row per method. */
  group(g, banded) {
    const { store, theme } = this.view;
    const { groups, train_counts: trained, test_counts: tested } = store.scene;
    const { name, classes: members } = groups[g];
    const range = `${rangeOf("N", members, trained)}, ${rangeOf("n", members, tested)}`;
    const classes = `${count(members.length)} ${members.length === 1 ? "class" : "classes"}`;
    const style = `--color:${theme.groupColor(g)}`;
    const chip = el("i", { class: "hv-chip", style, "aria-hidden": "true" });
    return el(
      "div",
      { class: "hv-group", role: "group", "aria-label": `${name}: ${classes}` },
      el("h3", {}, chip, name, el("span", { text: `${classes}, ${range}` })),
      ...store.methods.map((_, m) => this.row(g, m, banded)),
    );
  }

  row(g, m, banded) {
    const { store, theme } = this.view;
    const label = store.methods[m];
    const fill = el("i", { style: `--color:${theme.methodColor(m)}` });
    const value = el("b");
    const limits = [el("u"), el("s"), el("s")];
    const whisker = banded ? el("span", { class: "hv-whisker" }, ...limits) : null;
    this.rows.push({ g, m, fill, value, whisker });
    const name = el("span", { text: label, title: label });
    const rail = el("span", { class: "hv-rail" }, fill);
    return el(
      "div",
      { class: "hv-row" },
      el("span", { class: "hv-who" }, methodMark(theme, m), name),
      el("span", { class: "hv-railbox" }, rail, whisker),
      value,
    );
  }

  /** The note of the bands, without its part on lines. */
  whiskerNote() {
    const note = this.view.store.bands.note ?? "low to high over the seeds";
    const range = note.replace(/^Bands: /, "").replace(/ Lines: .*/, "");
    return `Whiskers: ${range} The tick is the mean, the bar the seed on screen.`;
  }

  draw(index) {
    const { store } = this.view;
    const values = store.methods.map((_, m) => store.scalar(index, m, "groups") ?? []);
    const epochs = store.bandEpochs;
    const at = epochs.indexOf(store.frames[index].epoch);
    for (const { g, m, fill, value, whisker } of this.rows) {
      const band = this.bands[g][m]?.map((series) => series[at]);
      if (whisker) this.drawWhisker(whisker, band);
      const recall = values[m][g];
      fill.style.transform = `scaleX(${recall ?? 0})`;
      value.textContent = percent(recall);
    }
  }

  /** From low to high over the seeds, with a tick at the mean. */
  drawWhisker(whisker, band) {
    whisker.hidden = !band || !band.every(Number.isFinite);
    if (whisker.hidden) return;
    const [mean, low, high] = band.map((v) => 100 * Math.max(0, Math.min(1, v)));
    whisker.style.left = `${low.toFixed(2)}%`;
    whisker.style.width = `${(high - low).toFixed(2)}%`;
    const tick = high > low ? (100 * (mean - low)) / (high - low) : 0;
    whisker.firstChild.style.left = `${tick.toFixed(2)}%`;
    const range = `${low.toFixed(1)} to ${high.toFixed(1)} %`;
    whisker.title = `mean ${mean.toFixed(1)} %, ${range} over the seeds`;
  }

  data(index) {
    const { store } = this.view;
    const epochs = store.bandEpochs;
    const at = epochs.indexOf(store.frames[index].epoch);
    const rows = store.scene.groups.flatMap((group, g) =>
      store.methods.map((label, m) => [
        store.frames[index].epoch,
        group.name,
        label,
        store.scalar(index, m, "groups")?.[g] ?? null,
        ...(this.bands[g][m] ?? []).map((values) => values[at]),
      ]),
    );
    const banded = this.bands.some((band) => band.length);
    return {
      columns: [
        "epoch",
        "group",
        "method",
        "mean recall (share)",
        ...(banded ? ["mean over seeds", "low", "high"] : []),
      ],
      rows,
    };
  }
}
