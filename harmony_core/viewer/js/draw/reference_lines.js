// Lines to compare a learned boundary with: the Bayes boundary, and one that the reader drew.

/** The Bayes boundary, dashed: a path in cells of `unit` CSS pixels, from the bottom left. */
export function drawBayes(context, path, unit, { theme, store }) {
  context.save();
  context.translate(0, unit * store.side);
  context.scale(unit, -unit);
  context.lineJoin = "round";
  context.globalAlpha = 0.7;
  context.strokeStyle = theme.shade(0);
  context.lineWidth = 3 / unit;
  context.stroke(path);
  context.globalAlpha = 1;
  context.setLineDash([5 / unit, 4 / unit]);
  context.strokeStyle = theme.shade(1);
  context.lineWidth = 1.5 / unit;
  context.stroke(path);
  context.restore();
}

/** A line through corners (x, y) from left to right; its ends go on level to the edges. */
export function drawCorners(context, corners, width, { theme, store }) {
  const [x0, x1, y0, y1] = store.scene.extent;
  const points = corners.map(([x, y]) => [
    ((x - x0) / (x1 - x0)) * width,
    (1 - (y - y0) / (y1 - y0)) * width,
  ]);
  context.save();
  context.beginPath();
  context.moveTo(0, points[0][1]);
  for (const [x, y] of points) context.lineTo(x, y);
  context.lineTo(width, points.at(-1)[1]);
  context.lineJoin = "round";
  context.strokeStyle = theme.shade(0);
  context.lineWidth = 6;
  context.stroke();
  context.strokeStyle = theme.shade(1);
  context.lineWidth = 3;
  context.setLineDash([12, 5]);
  context.stroke();
  context.restore();
}
