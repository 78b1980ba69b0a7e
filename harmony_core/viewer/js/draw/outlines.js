// Histograms on the range 0 to 1 as path data.

/** The outline of a histogram: level over each region. */
export function stepPath(values, x, y, base) {
  const n = values.length;
  let d = `M${x(0).toFixed(1)} ${base}`;
  for (let b = 0; b < n; b++) {
    const h = y(values[b]).toFixed(1);
    d += `V${h}H${x((b + 1) / n).toFixed(1)}`;
  }
  return `${d}V${base}`;
}

/** A running sum: from 0, rising to each region's end. */
export function rampPath(values, x, y) {
  const n = values.length;
  let d = `M${x(0).toFixed(1)} ${y(0).toFixed(1)}`;
  for (let b = 0; b < n; b++) d += `L${x((b + 1) / n).toFixed(1)} ${y(values[b]).toFixed(1)}`;
  return d;
}
