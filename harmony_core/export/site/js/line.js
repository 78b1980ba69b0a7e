// A boundary drawn over the plane, compared with that of the network and with the best one.

const MOST_CORNERS = 200;

/** Corners from left to right, if there are at least two finite points; else null. */
export function asLine(guess) {
  if (!Array.isArray(guess) || guess.length > MOST_CORNERS) return null;
  const corners = new Map();
  for (const corner of guess) {
    if (!Array.isArray(corner) || corner.length !== 2) return null;
    if (!corner.every((v) => typeof v === "number" && Number.isFinite(v))) return null;
    corners.set(corner[0], corner[1]);
  }
  const sorted = [...corners].sort((a, b) => a[0] - b[0]);
  return sorted.length > 1 ? sorted : null;
}

/** The height of the line at x; its ends go on level. */
function heightAt(line, x) {
  if (x <= line[0][0]) return line[0][1];
  const next = line.findIndex(([at]) => at > x);
  if (next < 0) return line.at(-1)[1];
  const [[x0, y0], [x1, y1]] = [line[next - 1], line[next]];
  return ((y1 - y0) / (x1 - x0)) * (x - x0) + y0;
}

/** Percent of the balanced density on which the line differs from the network and from Bayes. */
export function lineNumbers({ extent, side, network, best, density }, line) {
  const [x0, x1, y0, y1] = extent;
  const off = { drawn: 0, drawn_best: 0 };
  for (let row = 0; row < side; row++) {
    const y = y0 + ((row + 0.5) / side) * (y1 - y0);
    for (let column = 0; column < side; column++) {
      const x = x0 + ((column + 0.5) / side) * (x1 - x0);
      const at = row * side + column;
      const mine = y >= heightAt(line, x) ? "0" : "1";
      if (mine !== network[at]) off.drawn += density[at];
      if (mine !== best[at]) off.drawn_best += density[at];
    }
  }
  return { drawn: 100 * off.drawn, drawn_best: 100 * off.drawn_best };
}
