// What a chart over epochs draws one line for: each class shown, or the mean of a group of classes.
import { classNumber } from "../data/class_numbers.js";
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { shapeMark } from "../draw/marks.js";

/**
 * The lines: their class `c` (null for a group), name, colour and shape, and `read(index, m, id)`
 * for a number of `NUMBERS`.
 */
export function linesOf({ store, theme, scope }, grouped) {
  if (grouped)
    return store.scene.groups.map(({ name, classes }, g) => ({
      c: null,
      name: `${name}, mean of ${count(classes.length)}`,
      color: theme.groupColor(g),
      shape: theme.classShape(g),
      read: (index, m, id) => groupMeans(store, index, m, id)[g],
    }));
  return scope.listed.map((c) => ({
    c,
    name: store.classes[c],
    color: theme.classColor(c),
    shape: theme.classShape(c),
    read: (index, m, id) => classNumber(store, index, m, c, id),
  }));
}

/** A number's mean over the classes of each group that have it; NaN for none. */
function groupMeans(store, index, m, id) {
  return store.derived(index, m, `${id} of groups`, () =>
    Float64Array.from(store.scene.groups, ({ classes }) => {
      const values = classes.map((c) => classNumber(store, index, m, c, id));
      const known = values.filter(Number.isFinite);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : NaN;
    }),
  );
}

/** The marks and names of some lines, as a key. */
export function lineKey(lines) {
  return lines.map(({ name, shape, color }) =>
    el("span", { class: "hv-linekey" }, shapeMark(shape, color), name),
  );
}
