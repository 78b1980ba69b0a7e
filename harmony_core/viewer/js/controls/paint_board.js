// The canvas of the editor of points: from pixels to the plane and back, and drawing on it.
import { fitCanvas, pixelRatio } from "../draw/canvas.js";
import { GridPicture, levelsOf, tintTable } from "../draw/decision_grid.js";
import { el } from "../draw/dom.js";
import { traceShape } from "../draw/shapes.js";

/** Pixels within which the eraser takes points. */
export const ERASER = 14;
/** Points of one spray, and the radius in pixels of the disc they fall on. */
export const SPRAY = { points: 5, radius: 22 };

const LABEL = [
  "Board to paint points on. Arrow keys move the cross, Enter adds a point,",
  "Delete removes the nearest, number keys choose the class. The list below does the same.",
].join(" ");

export class PaintBoard {
  constructor() {
    this.canvas = el("canvas", { tabindex: 0, role: "application", "aria-label": LABEL });
    this.node = el("div", { class: "hv-canvas hv-board" }, this.canvas);
    this.ground = new GridPicture();
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.node.clientWidth || 400;
    fitCanvas(this.canvas, this.width, this.width, this.ratio);
  }

  toScreen([, x, y]) {
    const [x0, x1, y0, y1] = this.extent;
    return [((x - x0) / (x1 - x0)) * this.width, (1 - (y - y0) / (y1 - y0)) * this.width];
  }

  toPlane([px, py]) {
    const [x0, x1, y0, y1] = this.extent;
    const inside = (v) => Math.max(0, Math.min(1, v / this.width));
    return [x0 + inside(px) * (x1 - x0), y0 + (1 - inside(py)) * (y1 - y0)];
  }

  /** Where on the board an event is, in pixels. */
  where(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  get middle() {
    return [this.width / 2, this.width / 2];
  }

  /** A place within the board, `dx` and `dy` pixels from another. */
  shifted([x, y], dx, dy) {
    const inside = (v) => Math.max(0, Math.min(this.width, v));
    return [inside(x + dx), inside(y + dy)];
  }

  /** Pixels between a point and a place on the board. */
  distance(point, [px, py]) {
    const [x, y] = this.toScreen(point);
    return Math.hypot(x - px, y - py);
  }

  /** Draw the points over what method `behind` decides (-1: nothing), and the tool at `at`. */
  draw(view, points, behind, tool, at) {
    if (!this.width) return;
    const { theme } = view;
    const context = this.canvas.getContext("2d", { alpha: false });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = theme.shade(0);
    context.fillRect(0, 0, this.width, this.width);
    this.drawBehind(context, view, behind);
    const r = Math.max(3.2, Math.min(5, this.width / 100));
    for (const point of points) {
      const [x, y] = this.toScreen(point);
      context.beginPath();
      traceShape(context, theme.classShape(point[0]), x, y, r);
      context.lineWidth = 2;
      context.strokeStyle = theme.shade(0);
      context.stroke();
      context.fillStyle = theme.classColor(point[0]);
      context.fill();
    }
    if (at) this.drawTool(context, theme, tool, at);
  }

  /** What a method of the run decides at the epoch shown, faintly. */
  drawBehind(context, { store, theme, player }, behind) {
    if (behind < 0 || !store.frames.length) return;
    const grid = store.raw(player.index, Math.min(behind, store.methods.length - 1), "grid");
    if (!grid) return;
    const side = store.field(player.index, "grid").shape[0];
    this.ground.paint(grid, side, this.tints(theme, store.classes.length));
    const [x0, x1, y0, y1] = store.scene.extent;
    const [left, top] = this.toScreen([0, x0, y1]);
    const [right, bottom] = this.toScreen([0, x1, y0]);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.ground.canvas, left, top, right - left, bottom - top);
  }

  tints(theme, classes) {
    const key = `${theme.mark} ${classes}`;
    if (key !== this.tinted) this.table = tintTable(theme, 0.24, levelsOf(classes));
    this.tinted = key;
    return this.table;
  }

  drawTool(context, theme, tool, [x, y]) {
    context.strokeStyle = theme.shade(1);
    context.lineWidth = 1;
    context.beginPath();
    if (tool === "erase") context.arc(x, y, ERASER, 0, 2 * Math.PI);
    else if (tool === "spray") context.arc(x, y, SPRAY.radius, 0, 2 * Math.PI);
    else {
      context.moveTo(x - 8, y);
      context.lineTo(x + 8, y);
      context.moveTo(x, y - 8);
      context.lineTo(x, y + 8);
    }
    context.stroke();
  }
}
