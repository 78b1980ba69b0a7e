// Samples as small pictures: a thumbnail, or their place in the plane.
import { pixelRatio } from "../draw/canvas.js";
import { GridPicture, tintTable } from "../draw/decision_grid.js";
import { el } from "../draw/dom.js";
import { count, plain } from "../draw/format.js";
import { classMark } from "../draw/marks.js";
import { pixelPicture } from "../draw/pixel_picture.js";
import { traceShape } from "../draw/shapes.js";

/** Pictures of samples, made when they are first asked for. */
export class Tiles {
  constructor(view) {
    this.view = view;
  }

  /** Position of each sample's thumbnail, if it has one. */
  thumbOf(sample) {
    const { static: fixed } = this.view.store;
    if (this.source !== fixed) {
      this.source = fixed;
      this.places = new Map([...(fixed.thumb_of ?? [])].map((s, i) => [s, i]));
      this.back = null;
    }
    return this.places.get(sample);
  }

  /** One picture of `size` CSS pixels. */
  make(sample, size = 44) {
    const { store } = this.view;
    const at = this.thumbOf(sample);
    if (at != null) return this.thumbnail(at, size);
    if (store.static.points && store.scene.extent) return this.plane(sample, size);
    const c = store.static.targets[sample];
    return el(
      "span",
      {
        class: "hv-tile hv-tile-none",
        style: `width:${size}px;height:${size}px`,
        title: store.static.thumbs ? "no thumbnail of this sample was sent" : null,
      },
      classMark(this.view.theme, c, 16),
    );
  }

  thumbnail(at, size) {
    const { static: fixed, shapes } = this.view.store;
    return pixelPicture(fixed.thumbs, shapes.thumbs, at, size);
  }

  /** The plane with the regions of Bayes, faint, and the sample in it. */
  plane(sample, size) {
    const { store, theme } = this.view;
    const ratio = pixelRatio();
    const canvas = el("canvas", {
      class: "hv-tile",
      width: Math.round(size * ratio),
      height: Math.round(size * ratio),
      style: `width:${size}px;height:${size}px`,
    });
    const context = canvas.getContext("2d");
    if (!this.back || this.mark !== theme.mark) this.back = this.ground();
    context.imageSmoothingEnabled = true;
    if (this.back) context.drawImage(this.back, 0, 0, canvas.width, canvas.height);
    const [x0, x1, y0, y1] = store.scene.extent;
    const { points, targets } = store.static;
    context.scale(ratio, ratio);
    context.beginPath();
    traceShape(
      context,
      theme.classShape(targets[sample]),
      ((points[2 * sample] - x0) / (x1 - x0)) * size,
      (1 - (points[2 * sample + 1] - y0) / (y1 - y0)) * size,
      4.5,
    );
    context.lineWidth = 2.5;
    context.strokeStyle = theme.shade(0);
    context.stroke();
    context.fillStyle = theme.classColor(targets[sample]);
    context.fill();
    return canvas;
  }

  /** The regions of the Bayes rule as a picture, or null where they are not known. */
  ground() {
    const { store, theme } = this.view;
    this.mark = theme.mark;
    if (!store.static.bayes) return null;
    const picture = new GridPicture();
    picture.paint(store.static.bayes, store.side, tintTable(theme, 0.22));
    return picture.canvas;
  }
}

/** The row of a sample, and its place in the plane. */
export function sampleName(store, sample) {
  const { points, index } = store.static;
  const where = points ? ` (${plain(points[2 * sample])}, ${plain(points[2 * sample + 1])})` : "";
  return `sample ${count(index[sample])}${where}`;
}

/** Attributes of a button that selects the sample it shows, or deselects the selected one. */
export function selects(view, sample) {
  return {
    type: "button",
    "aria-pressed": view.selected === sample,
    "data-sample": sample,
    onclick: ({ currentTarget }) => {
      const shown = Number(currentTarget.dataset.sample);
      view.select(view.selected === shown ? null : shown);
    },
  };
}
