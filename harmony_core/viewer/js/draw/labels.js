// Labels beside the ends of lines.

/** Move labels apart so that none is nearer than `gap` to the next. */
export function spreadLabels(ends, gap, top, bottom) {
  const sorted = ends.map((end) => ({ ...end, at: end.y })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < sorted.length; i++) {
    sorted[i].at = Math.max(sorted[i].at, sorted[i - 1].at + gap);
  }
  const over = (sorted.at(-1)?.at ?? 0) - bottom;
  if (over > 0) {
    sorted.at(-1).at -= over;
    for (let i = sorted.length - 2; i >= 0; i--) {
      sorted[i].at = Math.min(sorted[i].at, sorted[i + 1].at - gap);
    }
  }
  for (const end of sorted) end.at = Math.max(top, end.at);
  return sorted;
}

/** Text cut to so many characters, with an ellipsis. */
export function short(text, most) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
