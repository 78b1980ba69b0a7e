// Histograms of the gradient norm g of one class, in its own unit regions or in equal bins.

/** How regionCount unit regions class `c` is shown in for method `m`, and whose they are. */
export function regionsOf(store, index, m, c, choice) {
  const bins = store.field(index, "hist_count")?.shape[1] ?? 0;
  if (choice === "equal" || !store.field(index, "regions"))
    return { regionCount: bins, source: "equal" };
  const own = store.value(index, m, "regions", c);
  if (own > 0)
    return { regionCount: own, source: store.densities?.[m] === "shared" ? "shared" : "own" };
  const lender = lenderOf(store);
  const lent = lender < 0 ? 0 : store.value(index, lender, "regions", c);
  return lent > 0
    ? { regionCount: lent, source: "lent", lender }
    : { regionCount: bins, source: "equal" };
}

/** The method whose regions the others borrow: the first with a density of each class. */
export function lenderOf(store) {
  const kinds = store.densities ?? [];
  const own = kinds.indexOf("own");
  return own >= 0 ? own : kinds.indexOf("shared");
}

/** Counts of equal bins redistributed to equal regions by overlap; the total stays the same. */
export function rebin(counts, regionCount) {
  const out = new Float64Array(regionCount);
  const bins = counts.length;
  for (let i = 0; i < bins; i++) {
    if (!counts[i]) continue;
    const low = (i / bins) * regionCount;
    const high = ((i + 1) / bins) * regionCount;
    for (let b = Math.floor(low + 1e-9); b < high - 1e-9; b++) {
      const part = Math.min(high, b + 1) - Math.max(low, b);
      out[b] += (counts[i] * part) / (high - low);
    }
  }
  return out;
}

const FIELDS = { count: "hist_count", pull: "hist_pull", weight: "hist_weight" };

/**
 * The values of class `c` by region, and where they come from: `density` (the loss's own decayed
 * counts) or `epoch` (what was counted during the epoch). `what` is count, pull or weight.
 */
export function classHistogram(store, index, m, c, what, choice) {
  const { regionCount, source, lender } = regionsOf(store, index, m, c, choice);
  if (what === "count" && source === "own") {
    const row = regionRow(store, index, m, "density", c);
    if (row.some((v) => v > 0))
      return { regionCount, source, lender, values: Float64Array.from(row), from: "density" };
  }
  const counts = rowOf(store, index, m, FIELDS[what], c);
  return {
    regionCount,
    source,
    lender,
    values: regionCount === counts.length ? Float64Array.from(counts) : rebin(counts, regionCount),
    from: "epoch",
  };
}

/** Row `c` of a (c, ·) array. */
export function rowOf(store, index, m, name, c) {
  const raw = store.raw(index, m, name);
  if (!raw) return new Float32Array(0);
  const wide = store.field(index, name).shape[1];
  return raw.subarray(c * wide, (c + 1) * wide);
}

/** The values of class `c` in its own regions; none for a method without a density. */
export function regionRow(store, index, m, name, c) {
  const field = store.field(index, name);
  if (!field) return new Float32Array(0);
  const regions = store.raw(index, m, "regions");
  if (field.shape.length > 1) return rowOf(store, index, m, name, c).subarray(0, regions[c]);
  const starts = () => startsOf(regions, store.raw(index, m, "one_row")[0]);
  const start = store.derived(index, m, "region starts", starts)[c];
  return store.raw(index, m, name).subarray(start, start + regions[c]);
}

/** Where the regions of each class begin, laid end to end; all at 0 if all have the same row. */
function startsOf(regions, oneRow) {
  const starts = new Uint32Array(regions.length);
  if (oneRow) return starts;
  for (let c = 1; c < regions.length; c++) starts[c] = starts[c - 1] + regions[c - 1];
  return starts;
}

/** Running sums. */
export function cumulated(values) {
  let sum = 0;
  return values.map((v) => (sum += v));
}

/** The region of a gradient norm. */
export function regionAt(g, regionCount) {
  return Math.min(regionCount - 1, Math.floor(g * regionCount + 1e-9));
}

/** Tracked samples of class `c` whose g under method `m` falls into a region, hardest first. */
export function samplesIn(store, index, m, c, regionCount, region) {
  const { targets } = store.static;
  const grad = store.raw(index, m, "grad");
  if (!grad) return [];
  const { scale } = store.field(index, "grad");
  const found = [];
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] === c && regionAt(grad[i] * scale, regionCount) === region) found.push(i);
  }
  return found.sort((a, b) => grad[b] - grad[a] || a - b);
}

/** Text for the limits of a region. */
export function regionText(b, regionCount) {
  const f = (v) => (v === 0 || v === 1 ? `${v}` : v.toFixed(regionCount > 40 ? 3 : 2));
  const [low, high] = [f(b / regionCount), f((b + 1) / regionCount)];
  return `${low} ≤ g ${b === regionCount - 1 ? "≤" : "<"} ${high}`;
}
