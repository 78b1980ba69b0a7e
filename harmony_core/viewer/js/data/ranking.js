// Samples in the order of a number, for stepping through them by keys.

/** Positions of the largest values first. */
export function rankedBy(values) {
  return [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
}

/** The entry `by` places after `now` in a list, within its ends; its first if `by` is 0. */
export function stepThrough(list, now, by) {
  const at = by ? list.indexOf(now) + by : 0;
  return list[Math.max(0, Math.min(list.length - 1, at))];
}
