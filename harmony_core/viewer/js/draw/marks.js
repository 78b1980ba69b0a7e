// The marks of classes and methods, for text.
import { svg } from "./dom.js";
import { shapePath } from "./shapes.js";

/** A small drawn mark of a class, for text. */
export function classMark(theme, index, size = 12) {
  return shapeMark(theme.classShape(index), theme.classColor(index), size);
}

/** A small filled shape, for text. */
export function shapeMark(shape, color, size = 12) {
  const node = svg("svg", {
    class: "hv-mark",
    width: size,
    height: size,
    viewBox: "-1.7 -1.7 3.4 3.4",
    "aria-hidden": "true",
  });
  node.append(svg("path", { d: shapePath(shape), fill: color }));
  return node;
}

/** A short line with the dash and end marker of a method. */
export function methodMark(theme, index, width = 26) {
  const color = theme.methodColor(index);
  const node = svg("svg", {
    class: "hv-mark",
    width,
    height: 12,
    viewBox: `0 0 ${width} 12`,
    "aria-hidden": "true",
  });
  node.append(
    svg("line", {
      x1: 0,
      y1: 6,
      x2: width - 8,
      y2: 6,
      stroke: color,
      "stroke-width": 2.25,
      "stroke-dasharray": theme.methodDash(index),
    }),
    svg("path", { d: shapePath(theme.methodMarker(index), width - 5, 6, 3.4), fill: color }),
  );
  return node;
}
