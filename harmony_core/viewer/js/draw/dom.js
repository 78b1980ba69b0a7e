// Making elements: SVG and HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An HTML element; `class`, `text` and on* handlers are understood. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-")) node.setAttribute(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/**
 * Give `parent` the content of `nodes`, but keep its own elements where they have the same tag, so
 * that a press that has begun and the keyboard focus survive. Listeners stay those of the kept
 * elements: they must read what they need from the element.
 */
export function refill(parent, nodes) {
  const kept = [...parent.children];
  nodes.forEach((node, i) => {
    const old = kept[i];
    if (old?.tagName !== node.tagName) return old ? old.replaceWith(node) : parent.append(node);
    for (const { name } of [...old.attributes]) old.removeAttribute(name);
    for (const { name, value } of node.attributes) old.setAttribute(name, value);
    old.replaceChildren(...node.childNodes);
  });
  for (const old of kept.slice(nodes.length)) old.remove();
}
