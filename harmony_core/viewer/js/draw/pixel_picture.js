// A picture of a few pixels, enlarged.
import { el } from "./dom.js";

/** Picture number `at` of `pixels`, whose shape is (pictures, h, w, channels), `size` wide. */
export function pixelPicture(pixels, [, h, w, depth], at, size) {
  const canvas = el("canvas", {
    class: "hv-tile",
    width: w,
    height: h,
    style: `width:${size}px;height:${Math.round((size * h) / w)}px`,
  });
  const context = canvas.getContext("2d");
  const image = context.createImageData(w, h);
  const from = at * h * w * depth;
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++) {
      image.data[4 * i + k] = pixels[from + i * depth + (depth >= 3 ? k : 0)];
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
