// What every method makes of one sample: floating at the pointer, or kept below when selected.
import { el, svg } from "../draw/dom.js";
import { count, plain } from "../draw/format.js";
import { classMark, methodMark } from "../draw/marks.js";

/** A probability in words that do not pretend to more digits than were sent. */
function chance(p) {
  if (Number.isNaN(p)) return "–";
  if (p < 0.005) return "<0.01";
  if (p > 0.995) return ">0.99";
  return p.toFixed(2);
}

const CHART = { width: 200, height: 64 };

/** A number of one sample over all epochs: one line per method, and where the playhead is. */
function history(view, sample, name, title, least) {
  const { store, theme } = view;
  const { width, height } = CHART;
  const lines = store.methods.map((_, m) =>
    store.frames.map((frame, i) => [frame.epoch, store.value(i, m, name, sample)]),
  );
  const top = Math.max(least, ...lines.flat().map(([, v]) => v));
  const x = (epoch) => (epoch / store.total) * width;
  const y = (v) => height - 2 - (v / top) * (height - 4);
  const node = svg("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `${title} of this sample over epochs`,
  });
  node.append(
    svg("line", { x1: 0, x2: width, y1: height - 1, y2: height - 1, class: "hv-baseline" }),
  );
  lines.forEach((points, m) => {
    const d = points.map(([e, v]) => `${x(e).toFixed(1)} ${y(v).toFixed(1)}`).join("L");
    node.append(
      svg("path", {
        d: `M${d}`,
        class: "hv-line",
        stroke: theme.methodColor(m),
        "stroke-dasharray": theme.methodDash(m),
      }),
    );
  });
  const needle = svg("line", { x1: 0, x2: 0, y1: 0, y2: height, class: "hv-needle" });
  node.append(needle);
  const figure = el(
    "figure",
    {},
    el("figcaption", {}, title, el("span", { text: `0 to ${plain(top, top < 10 ? 1 : 0)}` })),
    node,
  );
  return {
    figure,
    move: (epoch) => needle.setAttribute("transform", `translate(${x(epoch).toFixed(1)} 0)`),
  };
}

/** The content of a card: who the sample is, then one row per method. */
function content(view, sample) {
  const { store, theme, player } = view;
  const { targets, flipped, points, index: rows } = store.static;
  const c = targets[sample];
  const { classes, train_counts: counts } = store.scene;
  const where = points
    ? ` at (${plain(points[2 * sample])}, ${plain(points[2 * sample + 1])})`
    : "";
  const head = el(
    "div",
    { class: "hv-who" },
    classMark(theme, c, 15),
    el("b", { text: classes[c] }),
    el("span", { text: `N = ${count(counts[c])}` }),
  );
  const body = el("tbody");
  store.methods.forEach((label, m) => {
    const predicted = store.raw(player.index, m, "predicted")?.[sample];
    const right = predicted === c;
    const g = store.value(player.index, m, "grad", sample);
    body.append(
      el(
        "tr",
        {},
        el("th", { scope: "row" }, methodMark(theme, m, 22), el("span", { text: label })),
        el(
          "td",
          { class: "hv-verdict" },
          predicted == null ? "–" : classMark(theme, predicted, 12),
          predicted == null ? "" : el("span", { text: classes[predicted] }),
          right ? " ✓" : " ✗",
        ),
        el("td", { text: chance(store.value(player.index, m, "own", sample)) }),
        el("td", { class: g > store.scene.hard ? "hv-hard" : "", text: plain(g) }),
        el("td", { text: plain(store.value(player.index, m, "weight", sample)) }),
      ),
    );
  });
  const titles = [
    ["method", ""],
    ["predicts", ""],
    ["p", "Probability of its own class, by plain softmax"],
    ["g", "Gradient norm 1 − p under the probabilities the loss trains on"],
    ["weight", "What multiplies its loss"],
  ];
  const table = el(
    "table",
    {},
    el(
      "thead",
      {},
      el("tr", {}, ...titles.map(([text, title]) => el("th", { scope: "col", text, title }))),
    ),
    body,
  );
  const noise = flipped[sample] ? " · its label was changed by noise" : "";
  const foot = el("p", { text: `Training sample ${count(rows[sample])}${where}${noise}` });
  return [head, el("div", { class: "hv-wide" }, table), foot];
}

export class Card {
  constructor(view) {
    this.view = view;
    this.float = el("div", { class: "hv-float", hidden: true, "aria-hidden": "true" });
    this.body = el("div");
    this.dock = el(
      "section",
      { class: "hv-dock", hidden: true, "aria-label": "Selected sample" },
      el("button", {
        type: "button",
        class: "hv-close",
        "aria-label": "Close (Escape)",
        title: "Close (Escape)",
        text: "×",
        onclick: () => view.select(null),
      }),
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
    const inside = Math.max(4, Math.min(box.width - w - 4, left));
    const down = Math.max(4, below);
    this.float.style.transform = `translate(${inside.toFixed(0)}px, ${down.toFixed(0)}px)`;
  }

  draw() {
    const { selected } = this.view;
    this.dock.hidden = selected == null;
    if (selected == null) return;
    const [head, table, foot] = content(this.view, selected);
    this.drawCharts(selected);
    this.body.replaceChildren(head, el("div", { class: "hv-both" }, table, this.charts), foot);
  }

  /** The lines change with the sample and the number of frames, the needle with the playhead. */
  drawCharts(sample) {
    const { store, theme, player } = this.view;
    const drawn = `${sample} ${store.frames.length} ${theme.mark}`;
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.parts = [
        history(this.view, sample, "grad", "g", 1),
        history(this.view, sample, "weight", "weight", 1),
      ];
      this.charts = el("div", { class: "hv-charts" }, ...this.parts.map((part) => part.figure));
    }
    for (const part of this.parts) part.move(player.epoch);
  }
}
