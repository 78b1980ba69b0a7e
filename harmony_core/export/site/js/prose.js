// The Markdown of a lesson as elements: paragraphs, **bold** and *slanted*.
import { el } from "../../../viewer/js/draw/dom.js";

const MARKED = /\*\*(.+?)\*\*|\*(.+?)\*/g;

/** One paragraph for each block of `text`. */
export function prose(text) {
  const blocks = text.trim().split(/\n\s*\n/);
  return blocks.map((block) => el("p", {}, ...inline(block.trim().replace(/\s+/g, " "))));
}

function inline(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    const [whole, bold, slanted] = match;
    parts.push(text.slice(end, match.index));
    parts.push(el(bold ? "strong" : "em", { text: bold ?? slanted }));
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
