// Class, method and bin of the gradient norm as rows of a table.
import { rowOf } from "./regions.js";

/** {columns, rows} of samples and pull in the bins of some classes at some frames. */
export function heatRows(store, frames, classes) {
  const rows = [];
  for (const i of frames) {
    for (const c of classes) {
      for (const m of store.methods.keys()) {
        const seen = rowOf(store, i, m, "hist_count", c);
        const pull = rowOf(store, i, m, "hist_pull", c);
        seen.forEach((v, b) =>
          rows.push([
            store.frames[i].epoch,
            store.classes[c],
            store.methods[m],
            b / seen.length,
            (b + 1) / seen.length,
            v,
            pull[b],
          ]),
        );
      }
    }
  }
  return {
    columns: ["epoch", "class", "method", "g from", "g to", "samples", "count × weight × g"],
    rows,
  };
}

/** The sum of a row to divide by; 1 for an empty one. */
export function totalOf(row) {
  return row.reduce((a, b) => a + b, 0) || 1;
}
