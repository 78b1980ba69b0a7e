// From the names of panels to sections of the page: title, panel, caption, table, buttons.
import { saveButtons } from "./controls/save_buttons.js";
import { Twin } from "./controls/table_twin.js";
import { el } from "./draw/dom.js";
import * as PANELS from "./panels/registry.js";

/** The panel of a name, with what its file says of it as `about`. */
export function createPanel(name, view) {
  const about = PANELS[name];
  return Object.assign(about.create(view), { kind: name, about });
}

/** The names of the panels that were asked for and can be drawn from what was sent. */
export function panelNames({ store, options }) {
  if (!store.frames.length) return [];
  const known = Object.keys(PANELS).filter((name) => PANELS[name].parts);
  return (options.panels ?? known)
    .filter((name) => name in PANELS)
    .map((name) => suited(name, store))
    .filter((name) => (PANELS[name].needs ?? []).every((field) => store.field(0, field)));
}

/** The panel itself, or the one in its place for data that it cannot draw. */
function suited(name, store) {
  const { suits, instead } = PANELS[name];
  return suits?.(store) === false ? suited(instead, store) : name;
}

/** A section with a title that says what it shows and a line on how to read it. */
function section(panel, before = []) {
  const { about, kind, node, view } = panel;
  panel.caption = el("p", { class: "hv-caption", text: (about.caption ?? []).join(" ") });
  panel.heading = el("h2", { text: about.title });
  panel.twin = panel.data && about.twin !== false ? new Twin(view, panel, about.title) : null;
  const save = panel.data ? saveButtons(view, panel) : null;
  const top = el("div", { class: "hv-top" }, panel.heading, save);
  if (panel.twin) panel.twin.node.dataset.skip = "";
  panel.partNote = about.scoped ? el("p", { class: "hv-part", hidden: true }) : null;
  const content = [top, panel.partNote, ...before, node, panel.caption, panel.twin?.node];
  return el("section", { class: `hv-section hv-s-${kind}` }, ...content);
}

/** Sections in order, `legend` above the panel `legended`; panels that ask for it share a row. */
export function arrange(panels, legended, legend) {
  const out = [];
  const made = (panel) => section(panel, panel === legended ? [legend] : []);
  for (let i = 0; i < panels.length; i++) {
    const first = made(panels[i]);
    const { beside } = panels[i].about;
    const pair = beside && panels[i + 1]?.kind === beside;
    out.push(pair ? el("div", { class: "hv-pair" }, first, made(panels[++i])) : first);
  }
  return out;
}
