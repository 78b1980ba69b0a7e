// Canvases in CSS pixels on any screen, and text on them.

/** Device pixels for one CSS pixel; more than 3 costs time and shows nothing. */
export const pixelRatio = () => Math.min(3, window.devicePixelRatio || 1);

/** Give a canvas the device pixels of a box of CSS pixels. */
export function fitCanvas(canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
}

/** The context of a canvas, cleared, with CSS pixels as its unit. */
export function clearedContext(canvas, width, height, ratio) {
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Text that reads upwards, centred on (x, y) as the context aligns it. */
export function sidewaysText(context, text, x, y) {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.fillText(text, 0, 0);
  context.restore();
}

/** Text cut to a width, with an ellipsis. */
export function fit(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}

/** Text cut in its middle: of names that begin alike, the end tells them apart. */
export function fitEnds(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  for (let left = text.length - 1; left > 2; left--) {
    const head = Math.floor(left / 3);
    const cut = `${text.slice(0, head)}…${text.slice(head - left)}`;
    if (context.measureText(cut).width <= width) return cut;
  }
  return `…${text.slice(-1)}`;
}
