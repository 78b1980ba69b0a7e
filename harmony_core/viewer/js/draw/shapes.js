// Marks that tell classes and methods apart without colour. All have about the same area.

/** Corner points of a shape of radius 1, or null for the circle. */
function corners(shape) {
  const ring = (n, turn, radius) =>
    Array.from({ length: n }, (_, i) => {
      const r = Array.isArray(radius) ? radius[i % radius.length] : radius;
      const a = turn + (2 * Math.PI * i) / n;
      return [r * Math.sin(a), -r * Math.cos(a)];
    });
  const cross = (w) =>
    [
      [-w, -1],
      [w, -1],
      [w, -w],
      [1, -w],
      [1, w],
      [w, w],
      [w, 1],
      [-w, 1],
      [-w, w],
      [-1, w],
      [-1, -w],
      [-w, -w],
    ].map(([x, y]) => [x * 1.12, y * 1.12]);
  switch (shape) {
    case "square":
      return ring(4, Math.PI / 4, 1.25);
    case "triangle":
      return ring(3, 0, 1.42).map(([x, y]) => [x, y + 0.18]);
    case "wedge":
      return ring(3, Math.PI, 1.42).map(([x, y]) => [x, y - 0.18]);
    case "diamond":
      return ring(4, 0, [1.42, 1.05]);
    case "pentagon":
      return ring(5, 0, 1.18);
    case "hexagon":
      return ring(6, Math.PI / 6, 1.12);
    case "star":
      return ring(10, 0, [1.5, 0.68]);
    case "plus":
      return cross(0.4);
    case "bar":
      return [
        [-0.55, -1.4],
        [0.55, -1.4],
        [0.55, 1.4],
        [-0.55, 1.4],
      ];
    default:
      return null;
  }
}

const SHAPES = new Map();

function cornersOf(shape) {
  if (!SHAPES.has(shape)) SHAPES.set(shape, corners(shape));
  return SHAPES.get(shape);
}

/** Add a shape to the path of a canvas context. */
export function traceShape(context, shape, x, y, r) {
  const points = cornersOf(shape);
  if (!points) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  points.forEach(([px, py], i) =>
    i ? context.lineTo(x + px * r, y + py * r) : context.moveTo(x + px * r, y + py * r),
  );
  context.closePath();
}

/** The path data of a shape for SVG. */
export function shapePath(shape, x = 0, y = 0, r = 1) {
  const points = cornersOf(shape);
  const f = (v) => v.toFixed(2);
  if (!points) {
    const half = (to) => `A${f(r)} ${f(r)} 0 1 1 ${f(to)} ${f(y)}`;
    return `M${f(x + r)} ${f(y)}${half(x - r)}${half(x + r)}Z`;
  }
  return "M" + points.map(([px, py]) => `${f(x + px * r)} ${f(y + py * r)}`).join("L") + "Z";
}
