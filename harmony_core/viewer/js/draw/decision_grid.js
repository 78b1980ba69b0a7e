// Grids of decisions as pictures and their boundaries as paths.
import { mix, parseColor } from "./theme.js";

/** How strongly the surface is tinted where the network is least and most confident. */
const SHADE = [0.1, 0.55];

/** Levels of confidence that a decision code distinguishes; a code is class · levels + level. */
export const levelsOf = (classes) => Math.max(1, Math.floor(256 / classes));

const pack = ([r, g, b]) =>
  (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);

/** Decision code → packed RGBA: the colour of the class, stronger at higher confidence. */
export function colorTable(theme, classes) {
  const levels = levelsOf(classes);
  return Uint32Array.from({ length: 256 }, (_, code) => {
    const sure = levels > 1 ? (code % levels) / (levels - 1) : 1;
    const shade = SHADE[0] + (SHADE[1] - SHADE[0]) * sure;
    const color = parseColor(theme.classColor(Math.floor(code / levels)));
    return pack(mix(theme.surface, color, shade));
  });
}

/** Code → packed RGBA, one even tint for each class; `levels` codes belong to a class. */
export function tintTable(theme, share, levels = 1) {
  return Uint32Array.from({ length: 256 }, (_, code) => {
    const color = parseColor(theme.classColor(Math.floor(code / levels)));
    return pack(mix(theme.surface, color, share));
  });
}

/** A grid of codes as a picture with one pixel per cell, its first row at the bottom. */
export class GridPicture {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.brush = this.canvas.getContext("2d", { alpha: false });
  }

  paint(codes, side, table) {
    if (this.image?.width !== side) {
      this.canvas.width = this.canvas.height = side;
      this.image = this.brush.createImageData(side, side);
      this.cells = new Uint32Array(this.image.data.buffer);
    }
    for (let y = 0; y < side; y++) {
      const from = y * side;
      const to = (side - 1 - y) * side;
      for (let x = 0; x < side; x++) this.cells[to + x] = table[codes[from + x]];
    }
    this.brush.putImageData(this.image, 0, 0);
  }
}

/** Polylines between cell centres as one path, a cell one unit wide, drawn out to the border. */
export function tracePath(lines, side) {
  const path = new Path2D();
  const out = (v) => (v < 0.01 ? 0 : v > side - 1.01 ? side : v + 0.5);
  for (const line of lines) {
    const last = line.length - 1;
    line.forEach(([x, y], i) => {
      const end = i === 0 || i === last;
      if (i) path.lineTo(end ? out(x) : x + 0.5, end ? out(y) : y + 0.5);
      else path.moveTo(out(x), out(y));
    });
  }
  return path;
}
