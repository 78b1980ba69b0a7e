// The numbers of a class that are followed over epochs, and how each of them is read.

/**
 * By name: its label, its axis, where the axis has to reach (`low`, `high`), the value that means
 * "no effect" (`mark`), and what to say if every class has that (`alike`).
 */
export const NUMBERS = {
  pull: {
    label: "Pull",
    axis: "pull",
    mark: 1,
    title: "How hard each class pulls on the network, over epochs",
    alike: "1 throughout: as under cross-entropy.",
  },
  mean_weight: {
    label: "Mean weight",
    axis: "mean weight",
    mark: 1,
    title: "Mean weight of each class over epochs",
    alike: "1 throughout: every sample counts the same.",
  },
  intra_weight: {
    label: "Intra part",
    axis: "mean intra weight",
    mark: 1,
    title: "Mean intra weight of each class over epochs",
    alike: "1 for every sample: difficulty changes no weight here.",
  },
  inter_weight: {
    label: "Inter part",
    axis: "inter weight",
    mark: 1,
    title: "Inter weight of each class over epochs",
    alike: "1 for every class: no class weights. Margins and samplers are not weights.",
  },
  mean_grad: {
    label: "Mean g",
    axis: "mean gradient norm g",
    low: 0,
    high: 1,
    title: "Mean gradient norm of each class over epochs",
  },
  share: {
    label: "Effective share",
    axis: "effective number / samples",
    low: 0,
    high: 1,
    title: "Effective share of each class's samples over epochs",
  },
  head_norm: {
    label: "Classifier norm",
    axis: "norm of the class's row",
    title: "Norm of each class's classifier row over epochs",
  },
  recall: {
    label: "Recall",
    axis: "recall",
    low: 0,
    high: 1,
    title: "Recall of each class over epochs",
  },
};

/** A number of class `c` under method `m` at frame `index`; NaN where it is not known. */
export function classNumber(store, index, m, c, id) {
  if (id === "share") return store.value(index, m, "effective", c) / store.scene.train_counts[c];
  if (id === "intra_weight") {
    return store.value(index, m, "mean_weight", c) / store.value(index, m, "inter_weight", c);
  }
  return store.value(index, m, id, c);
}

/** The names of the numbers that were recorded. */
export function knownNumbers(store) {
  const sources = { share: "effective", intra_weight: "inter_weight" };
  const last = store.frames.length - 1;
  return Object.keys(NUMBERS).filter((id) => store.field(last, sources[id] ?? id));
}

/** How far from 1 a number is at most under method `m`, over all classes and epochs. */
export function farthestFromOne(store, m, id) {
  let most = 0;
  for (const i of store.frames.keys()) {
    for (const c of store.classes.keys()) {
      const off = Math.abs(classNumber(store, i, m, c, id) - 1);
      if (off > most && off < Infinity) most = off;
    }
  }
  return most;
}

/** {columns, rows} of all numbers of some classes at frame `index`, under every method. */
export function numberRows(store, index, classes) {
  const rows = classes.flatMap((c) =>
    store.methods.map((label, m) => [
      store.frames[index].epoch,
      store.classes[c],
      store.scene.train_counts[c],
      label,
      ...Object.keys(NUMBERS).map((id) => classNumber(store, index, m, c, id)),
    ]),
  );
  const axes = Object.values(NUMBERS).map(({ axis }) => axis);
  return { columns: ["epoch", "class", "N", "method", ...axes], rows };
}
