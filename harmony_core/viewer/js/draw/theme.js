// Which of the two palettes to use, read from the surface behind the view.

/** "#rgb", "#rrggbb" or "rgb(...)" → [r, g, b] in 0..255. */
export function parseColor(text) {
  const value = text.trim();
  if (value.startsWith("#")) {
    const hex =
      value.length < 6 ? [...value.slice(1, 4)].map((d) => d + d).join("") : value.slice(1, 7);
    return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  }
  const numbers = value.match(/[\d.]+/g);
  return numbers ? numbers.slice(0, 3).map(Number) : [255, 255, 255];
}

/** Relative luminance of WCAG 2. */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((v) =>
    v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function mix(a, b, share) {
  return a.map((v, i) => v + (b[i] - v) * share);
}

/** The palettes of one theme, resolved to what drawing needs. */
export class Theme {
  constructor(root, style) {
    this.root = root;
    this.style = style;
    this.read();
  }

  /** Look at the surface again; true if anything changed. */
  read() {
    const css = getComputedStyle(this.root);
    const surface = css.getPropertyValue("--hv-surface").trim() || "#ffffff";
    const ink = css.getPropertyValue("--hv-ink").trim() || "#1b1f24";
    this.font = css.fontFamily;
    const mark = surface + ink;
    if (mark === this.mark) return false;
    this.mark = mark;
    this.surface = parseColor(surface);
    this.ink = parseColor(ink);
    this.mode = luminance(this.surface) < 0.3 ? "dark" : "light";
    this.root.dataset.mode = this.mode;
    return true;
  }

  /** The surface with a share of the ink mixed in, as CSS; 0 is the surface, 1 the ink. */
  shade(share) {
    return `rgb(${mix(this.surface, this.ink, share).map(Math.round).join(",")})`;
  }

  classColor(index) {
    const colors = this.style.classes[this.mode];
    return colors[index % colors.length];
  }

  classShape(index) {
    const shapes = this.style.classes.shapes;
    return shapes[(index + Math.floor(index / shapes.length)) % shapes.length];
  }

  methodColor(index) {
    const colors = this.style.methods[this.mode];
    return colors[index % colors.length];
  }

  methodDash(index) {
    return this.style.methods.dashes[index % this.style.methods.dashes.length];
  }

  methodMarker(index) {
    return this.style.methods.markers[index % this.style.methods.markers.length];
  }

  groupColor(index) {
    const colors = this.style.groups[this.mode];
    return colors[Math.min(index, colors.length - 1)];
  }

  /** Colour of a gradient norm in [0, 1]. */
  difficulty(g) {
    const stops = this.style.difficulty[this.mode];
    const at = Math.max(0, Math.min(1, g)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const rgb = mix(parseColor(stops[low]), parseColor(stops[low + 1]), at - low);
    return `rgb(${rgb.map(Math.round).join(",")})`;
  }

  get hard() {
    return this.style.hard[this.mode];
  }
}
