// The points of the editor, each [class, x, y], with what undo and redo need.

/** How many changes can be undone. */
const STEPS = 200;

export class PaintedPoints {
  constructor() {
    this.begin([]);
  }

  /** Start from these points, which count as trained. */
  begin(points) {
    this.all = points;
    this.past = [];
    this.undone = [];
    this.trained = this.text();
  }

  /** Replace the points; `keep` makes the change one that can be undone by itself. */
  change(points, keep = true) {
    if (keep) this.remember(this.all);
    this.undone = [];
    this.all = points;
  }

  /** Make the points `before` those to which undo returns. */
  remember(before) {
    this.past = [...this.past.slice(-STEPS), before];
  }

  undo() {
    if (!this.past.length) return;
    this.undone.push(this.all);
    this.all = this.past.pop();
  }

  redo() {
    if (!this.undone.length) return;
    this.past.push(this.all);
    this.all = this.undone.pop();
  }

  rounded() {
    return this.all.map(([c, x, y]) => [c, Number(x.toFixed(4)), Number(y.toFixed(4))]);
  }

  text() {
    return JSON.stringify(this.rounded());
  }

  get classes() {
    return new Set(this.all.map(([c]) => c)).size;
  }

  /** Whether the points differ from those that were trained, and can be trained. */
  get untrained() {
    return this.classes > 1 && this.text() !== this.trained;
  }
}

/** At most `most` of the points, evenly chosen. */
export function thinned(points, most) {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.floor((i * points.length) / most)]);
}
