// Boundaries between classes on a grid of decisions, as line segments in grid units.

/**
 * Segments x0 y0 x1 y1 … between cells of different class.
 *
 * `margin(i)` is how far grid point i is from giving up its class; the crossing between two points
 * divides their distance in proportion, which is exact for two classes and linear margins. Where
 * three or four classes meet in a square, its crossings join in their middle.
 */
export function boundarySegments(classAt, margin, side) {
  const out = [];
  const xs = [0, 0, 0, 0];
  const ys = [0, 0, 0, 0];
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0; x < side - 1; x++) {
      const a = y * side + x;
      const b = a + 1;
      const d = a + side;
      const c = d + 1;
      const ka = classAt(a);
      const kb = classAt(b);
      const kc = classAt(c);
      const kd = classAt(d);
      if (ka === kb && kb === kc && kc === kd) continue;
      let n = 0;
      if (ka !== kb) {
        xs[n] = x + cut(margin, a, b);
        ys[n++] = y;
      }
      if (kb !== kc) {
        xs[n] = x + 1;
        ys[n++] = y + cut(margin, b, c);
      }
      if (kc !== kd) {
        xs[n] = x + cut(margin, d, c);
        ys[n++] = y + 1;
      }
      if (kd !== ka) {
        xs[n] = x;
        ys[n++] = y + cut(margin, a, d);
      }
      if (n === 2) {
        out.push(xs[0], ys[0], xs[1], ys[1]);
        continue;
      }
      let mx = 0;
      let my = 0;
      for (let i = 0; i < n; i++) {
        mx += xs[i] / n;
        my += ys[i] / n;
      }
      for (let i = 0; i < n; i++) out.push(xs[i], ys[i], mx, my);
    }
  }
  return Float32Array.from(out);
}

function cut(margin, from, to) {
  const a = margin(from);
  const b = margin(to);
  return a + b > 0 ? Math.min(0.98, Math.max(0.02, a / (a + b))) : 0.5;
}

/**
 * How far each decision code (class · L + level) is from giving up its class: the log odds of its
 * probability, which is what is linear between two grid points.
 */
export function marginOfCodes(classes) {
  const levels = Math.max(1, Math.floor(256 / classes));
  return Float32Array.from({ length: 256 }, (_, code) => {
    if (levels < 2) return 1;
    const p = Math.min(0.999, 1 / classes + ((code % levels) / (levels - 1)) * (1 - 1 / classes));
    return Math.max(0.05, Math.log(p / (1 - p)));
  });
}

/** Segments → polylines, smoothed in `rounds` passes; a dash runs along them evenly. */
export function joinSegments(segments, rounds) {
  const ends = new Map();
  const key = (i) => `${Math.round(segments[i] * 64)},${Math.round(segments[i + 1] * 64)}`;
  const total = segments.length / 4;
  const at = (s, end) => s * 4 + end * 2;
  for (let s = 0; s < total; s++) {
    for (const end of [0, 1]) {
      const k = key(at(s, end));
      if (!ends.has(k)) ends.set(k, []);
      ends.get(k).push([s, end]);
    }
  }
  const used = new Uint8Array(total);
  const lines = [];
  const walk = (s, end) => {
    const line = [[segments[at(s, end)], segments[at(s, end) + 1]]];
    for (let next = [s, end]; next;) {
      const [now, from] = next;
      used[now] = 1;
      const far = at(now, 1 - from);
      line.push([segments[far], segments[far + 1]]);
      const others = ends.get(key(far));
      next = others.length === 2 ? others.find(([o]) => !used[o]) : null;
    }
    return line;
  };
  for (const meeting of ends.values()) {
    if (meeting.length === 2) continue;
    for (const [s, end] of meeting) if (!used[s]) lines.push(walk(s, end));
  }
  for (let s = 0; s < total; s++) if (!used[s]) lines.push(walk(s, 0));
  return lines.map((line) => smooth(line, rounds));
}

/** Replace each inner point by a mean of itself and its neighbours, several times. */
function smooth(line, rounds) {
  const closed =
    line.length > 3 && Math.hypot(line[0][0] - line.at(-1)[0], line[0][1] - line.at(-1)[1]) < 0.05;
  let now = line;
  for (let r = 0; r < rounds; r++) {
    now = now.map((p, i) => {
      const before = now[i - 1] ?? (closed ? now[now.length - 2] : null);
      const after = now[i + 1] ?? (closed ? now[1] : null);
      if (!before || !after) return p;
      return [(before[0] + 2 * p[0] + after[0]) / 4, (before[1] + 2 * p[1] + after[1]) / 4];
    });
  }
  return now;
}
