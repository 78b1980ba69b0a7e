// Marks of samples, stamped pixel by pixel: thousands of them stay cheap without a graphics card.
import { traceShape } from "./shapes.js";

const FAINT = 0.14;

/** Pictures of marks by class, radius (quarter pixels), ring and faintness, each made once. */
export class Stamps {
  constructor(theme, ratio, side) {
    this.theme = theme;
    this.ratio = ratio;
    this.side = side;
    this.made = new Map();
    this.image = new ImageData(side, side);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clear() {
    this.pixels.fill(0);
  }

  get(index, radius, hard, faint) {
    const key = ((index * 256 + radius) * 2 + (hard ? 1 : 0)) * 2 + (faint ? 1 : 0);
    let stamp = this.made.get(key);
    if (!stamp) this.made.set(key, (stamp = this.make(index, radius / 4, hard, faint)));
    return stamp;
  }

  make(index, r, hard, faint) {
    const half = Math.ceil((r * 1.6 + 3) * this.ratio);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * half + 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.translate(half + 0.5, half + 0.5);
    context.scale(this.ratio, this.ratio);
    context.globalAlpha = faint ? FAINT : 1;
    context.beginPath();
    traceShape(context, this.theme.classShape(index), 0, 0, r);
    if (!faint) {
      context.lineWidth = 1.5;
      context.lineJoin = "round";
      context.strokeStyle = this.theme.shade(0);
      context.stroke();
    }
    context.fillStyle = this.theme.classColor(index);
    context.fill();
    if (hard) {
      context.beginPath();
      context.arc(0, 0, r * 1.2 + 1.5, 0, 2 * Math.PI);
      context.globalAlpha *= 0.85;
      context.lineWidth = 1;
      context.strokeStyle = this.theme.hard;
      context.stroke();
    }
    return this.pack(context.getImageData(0, 0, canvas.width, canvas.width), half);
  }

  /** The pixels that are not empty, and their offsets from the middle. */
  pack(picture, half) {
    const { width } = picture;
    const colors = new Uint32Array(picture.data.buffer);
    const kept = [...colors.keys()].filter((i) => colors[i] >>> 24 > 7);
    return {
      half,
      colors: Uint32Array.from(kept, (i) => colors[i]),
      shifts: Int32Array.from(
        kept,
        (i) => (Math.floor(i / width) - half) * this.side + (i % width) - half,
      ),
      columns: Int16Array.from(kept, (i) => (i % width) - half),
      rows: Int16Array.from(kept, (i) => Math.floor(i / width) - half),
    };
  }

  /** Put a mark with its middle at device pixel (x, y). */
  put(stamp, x, y) {
    const { side, pixels } = this;
    const { half, colors, shifts } = stamp;
    const from = y * side + x;
    if (x < half || y < half || x >= side - half || y >= side - half) {
      this.putClipped(stamp, x, y);
      return;
    }
    for (let i = 0; i < colors.length; i++) {
      const color = colors[i];
      const at = from + shifts[i];
      const below = pixels[at];
      pixels[at] = color >>> 24 === 255 || below === 0 ? color : over(color, below);
    }
  }

  putClipped({ colors, columns, rows }, x, y) {
    const { side, pixels } = this;
    for (let i = 0; i < colors.length; i++) {
      const column = x + columns[i];
      const row = y + rows[i];
      if (column < 0 || row < 0 || column >= side || row >= side) continue;
      const at = row * side + column;
      pixels[at] = pixels[at] === 0 ? colors[i] : over(colors[i], pixels[at]);
    }
  }
}

/** One colour over another, both RGBA with straight alpha. */
function over(top, below) {
  if (below >>> 24 === 255) {
    const p = top >>> 24;
    const q = 255 - p;
    const r = ((top & 255) * p + (below & 255) * q + 127) / 255;
    const g = (((top >>> 8) & 255) * p + ((below >>> 8) & 255) * q + 127) / 255;
    const b = (((top >>> 16) & 255) * p + ((below >>> 16) & 255) * q + 127) / 255;
    return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
  }
  const a = (top >>> 24) / 255;
  const b = ((below >>> 24) / 255) * (1 - a);
  const sum = a + b;
  const t = a / sum;
  const u = b / sum;
  const red = (top & 255) * t + (below & 255) * u;
  const green = ((top >>> 8) & 255) * t + ((below >>> 8) & 255) * u;
  const blue = ((top >>> 16) & 255) * t + ((below >>> 16) & 255) * u;
  return (
    ((Math.round(sum * 255) << 24) |
      (Math.round(blue) << 16) |
      (Math.round(green) << 8) |
      Math.round(red)) >>>
    0
  );
}
