// How the charts of the gradient density are read, in words.
import { lenderOf } from "../data/regions.js";
import { count } from "../draw/format.js";

const READING = [
  "Each chart is one class.",
  "The samples the network finds easy are on the left, the hard ones on the right.",
  "The upper row shows how many samples there are.",
  "The lower row shows what the optimiser sees of them, count × weight × g;",
  "a flat outline there means a balanced class.",
];
const IN_BINS = {
  none: [
    "No method here keeps a gradient density,",
    "so all are shown in the equal bins they were recorded in.",
  ].join(" "),
  chosen: "Shown in the equal bins in which every method was recorded.",
};
const OWN = [
  [
    "The ticks are the class's own unit regions:",
    "many samples, fine regions; few samples, coarse ones.",
  ].join(" "),
  [
    "A method that counts its samples itself shows those counts,",
    "which reach back about one pass over the class, so their sum can be slightly above N",
  ].join(" "),
];
const SHARED = [
  "keeps one density for all classes, so all classes have the same regions;",
  "the counts are of each class, redistributed from the bins they were recorded in.",
].join(" ");
const REMARKS = [
  "The lower row and the counts of the other methods cover the whole epoch;",
  "at epoch 0 they cover the followed samples, before any step.",
  "Each class has its own vertical axis.",
  "Press a region to list its samples.",
];

/** How to read the charts, and which regions they are cut into. */
export function densityWords(store, choice) {
  const { classes, bins } = store;
  const parts = [...READING, ...origin(store, choice)];
  if (bins?.joined > 1) {
    const light = `To keep a page with ${count(classes.length)} classes light`;
    parts.push(`${light}, ${bins.joined} recorded bins of g are sent as one.`);
  }
  return [...parts, ...REMARKS].join(" ");
}

/** Which regions the charts are cut into, as sentences. */
function origin(store, choice) {
  const lender = lenderOf(store);
  const kinds = store.densities ?? [];
  if (lender < 0) return [IN_BINS.none];
  if (choice === "equal") return [IN_BINS.chosen];
  const name = store.methods[lender];
  if (kinds[lender] !== "own") return [`${name} ${SHARED}`];
  const others = "; the others are recorded in equal bins and redistributed to the regions of";
  return [OWN[0], OWN[1] + (kinds.every((kind) => kind === "own") ? "." : `${others} ${name}.`)];
}
