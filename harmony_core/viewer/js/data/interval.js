// How well a recall is known that was measured on a few test samples.

const Z = 1.959964;

/** The 95 % interval (Wilson 1927) of the share `recall`, in [0, 1], of `n` samples. */
export function wilson(recall, n) {
  const scale = 1 + (Z * Z) / n;
  const middle = (recall + (Z * Z) / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((recall * (1 - recall)) / n + (Z * Z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** What a recall rests on, in words; without test samples there is none. */
export function restsOn(recall, n) {
  if (!n) return "no test sample";
  const samples = `${n.toLocaleString("en-US")} test ${n === 1 ? "sample" : "samples"}`;
  if (recall == null || Number.isNaN(recall)) return samples;
  const [low, high] = wilson(recall, n).map((v) => Math.round(100 * v));
  return `${Math.round(recall * n)} of ${samples}; 95 % interval ${low} to ${high} %`;
}
