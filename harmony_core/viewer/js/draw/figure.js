// A section of the page as one SVG: texts stay texts, lines stay lines, canvases become pictures.
import { svg } from "./dom.js";

const FIGURE_MARGIN = 24;
const KEPT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "stroke-linecap",
  "stroke-opacity",
  "opacity",
  "font-size",
  "font-weight",
  "font-family",
  "text-anchor",
  "paint-order",
  "display",
];
const CLEAR = new Set(["transparent", "rgba(0, 0, 0, 0)"]);

/** Draw `root` as it looks now. Returns {text, width, height}. */
export function drawSvg(root, theme, footer) {
  const frame = root.getBoundingClientRect();
  const width = Math.ceil(frame.width) + 2 * FIGURE_MARGIN;
  const height = Math.ceil(frame.height) + 2 * FIGURE_MARGIN + 22;
  const paper = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  const ink = theme.shade(1);
  paper.append(svg("rect", { width, height, fill: theme.shade(0) }));
  const to = { paper, left: frame.left - FIGURE_MARGIN, top: frame.top - FIGURE_MARGIN };
  walk(root, to);
  paper.append(
    svg(
      "text",
      {
        x: FIGURE_MARGIN,
        y: height - 14,
        fill: ink,
        opacity: 0.7,
        "font-size": 12,
        "font-family": theme.font,
      },
      footer,
    ),
  );
  return { text: new XMLSerializer().serializeToString(paper), width, height };
}

function walk(node, to) {
  if (node.nodeType === Node.TEXT_NODE) {
    drawText(node, to);
    return;
  }
  if (
    node.nodeType !== Node.ELEMENT_NODE ||
    node.hasAttribute("data-skip") ||
    node.classList.contains("hv-hidden")
  )
    return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return;
  const box = node.getBoundingClientRect();
  if (node instanceof SVGSVGElement) {
    drawNested(node, box, to);
    return;
  }
  if (node.tagName === "CANVAS") {
    if (node.width && node.height)
      place(
        svg("image", { href: node.toDataURL("image/png"), preserveAspectRatio: "none" }),
        box,
        to,
      );
    return;
  }
  drawBox(style, box, to);
  for (const child of node.childNodes) walk(child, to);
}

/** Put an element where a box of the page is. */
function place(element, box, to) {
  element.setAttribute("x", (box.left - to.left).toFixed(2));
  element.setAttribute("y", (box.top - to.top).toFixed(2));
  element.setAttribute("width", box.width.toFixed(2));
  element.setAttribute("height", box.height.toFixed(2));
  to.paper.append(element);
  return element;
}

/** Background and borders of an element. */
function drawBox(style, box, to) {
  if (!box.width || !box.height) return;
  if (!CLEAR.has(style.backgroundColor)) {
    place(
      svg("rect", {
        fill: style.backgroundColor,
        opacity: style.opacity,
        rx: Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.height / 2),
      }),
      box,
      to,
    );
  }
  const edges = {
    Top: [0, 0, 1, 0],
    Right: [1, 0, 1, 1],
    Bottom: [0, 1, 1, 1],
    Left: [0, 0, 0, 1],
  };
  for (const [side, [x1, y1, x2, y2]] of Object.entries(edges)) {
    const thick = parseFloat(style[`border${side}Width`]);
    if (!thick || style[`border${side}Style`] === "none") continue;
    const x = box.left - to.left;
    const y = box.top - to.top;
    const dash = style[`border${side}Style`] === "dashed" ? "4 3" : "";
    to.paper.append(
      svg("line", {
        x1: x + x1 * box.width,
        y1: y + y1 * box.height,
        x2: x + x2 * box.width,
        y2: y + y2 * box.height,
        stroke: style[`border${side}Color`],
        "stroke-width": thick,
        "stroke-dasharray": dash,
      }),
    );
  }
}

/** A drawing inside the page, with its computed styles written into it. */
function drawNested(node, box, to) {
  const copy = node.cloneNode(true);
  const originals = [node, ...node.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) element.setAttribute(name, value);
    }
    element.removeAttribute("class");
    element.removeAttribute("style");
  });
  copy.setAttribute("overflow", "visible");
  place(copy, box, to);
}

/** A text node, line by line as the page breaks it. */
function drawText(node, to) {
  if (!node.data.trim()) return;
  const style = getComputedStyle(node.parentElement);
  const range = document.createRange();
  const lines = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.box.top - box.top) < 3) last.words.push(word);
    else lines.push({ box, words: [word] });
  }
  for (const { box, words } of lines) {
    to.paper.append(
      svg(
        "text",
        {
          x: (box.left - to.left).toFixed(2),
          y: (box.top - to.top + box.height * 0.78).toFixed(2),
          fill: style.color,
          "font-size": style.fontSize,
          "font-weight": style.fontWeight,
          "font-family": style.fontFamily,
          opacity: style.opacity,
        },
        words.join(" "),
      ),
    );
  }
}
