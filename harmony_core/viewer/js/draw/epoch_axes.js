// The axes of a plot over epochs: grid lines and numbers at the side, epochs below.
import { tickTexts } from "./axis.js";
import { svg } from "./dom.js";

/**
 * The parts of both axes, to append to an SVG.
 *
 * `plot` holds the edges `left`, `end`, `top`, `base` (where the epochs stand) and `bottom` of the
 * drawing, and the distances `gap` (numbers), `drop` (epochs) and `side` (title) from them.
 * `scale` turns an epoch (`x`) and a value (`y`) into pixels; `marks` and `epochs` are labelled.
 */
export function epochAxes(plot, scale, { marks, epochs, title }) {
  const { left, end, base, bottom, top, gap, drop, side } = plot;
  const texts = tickTexts(marks);
  const rows = marks.flatMap((value, i) => {
    const y = scale.y(value);
    const place = { x: left - gap, y: y + 4, "text-anchor": "end", class: "hv-tick" };
    return [
      svg("line", { x1: left, x2: end, y1: y, y2: y, class: "hv-gridline" }),
      svg("text", place, texts[i]),
    ];
  });
  const columns = epochs.map((epoch) => {
    return svg("text", { x: scale.x(epoch), y: base + drop, "text-anchor": "middle" }, `${epoch}`);
  });
  const turned = `translate(${side} ${(base + top) / 2}) rotate(-90)`;
  return [
    ...rows,
    ...columns,
    svg("line", { x1: left, x2: end, y1: base, y2: base, class: "hv-baseline" }),
    svg("text", { x: (left + end) / 2, y: bottom - 6, "text-anchor": "middle" }, "epoch"),
    svg("text", { transform: turned, "text-anchor": "middle" }, title),
  ];
}
