// Which panels there are, and around each a title that says what it shows and how to read it.
import { Bars } from "./bars.js";
import { Confusions } from "./confusion.js";
import { Curves } from "./curves.js";
import { Planes } from "./plane.js";
import { el } from "./shapes.js";
import { ClassTable } from "./table.js";

const ARENA_PANELS = ["plane", "curves", "bars", "table"];

const WORDS = {
  plane: ["Where each method draws its boundaries", "Colour is the class decided there, stronger where the network is surer; the pale line is where it changes its mind. Dashed: the Bayes boundary of the balanced problem, the best any rule can do. Marks are training samples, larger when they weigh more, ringed when hard (g > 0.5). Press one to follow it."],
  confusion: ["What each method takes for what", "Rows are the true class, columns the predicted one; a row sums to 100 %. The diagonal is right, everything beside it a mistake; shade grows with the square root of the share. Point at a cell to read it in all panels."],
  curves: ["Over epochs", "One line a method, on the balanced test set; the vertical line is the epoch shown above. Press or drag to move it."],
  bars: ["Recall of frequent and rare classes", "Mean recall over the classes of each group, on the balanced test set. N is the number of training samples of a class; the best of a group is set in bold."],
  table: ["Every class in numbers", "The same epoch as text. Press a heading to sort; the best recall of a row is set in bold."],
};

/** The names of the panels that were asked for and can be drawn from what was sent. */
export function panelNames(view) {
  const asked = view.options.panels?.length ? view.options.panels : ARENA_PANELS;
  const plane = Boolean(view.store.static.points && view.store.scene.extent);
  return asked.map((name) => (name === "plane" && !plane ? "confusion" : name)).filter((name) => name in WORDS);
}

/** The panel of one name. */
export function makePanel(name, view) {
  const kinds = { plane: Planes, confusion: Confusions, curves: Curves, bars: Bars, table: ClassTable };
  return new kinds[name](view);
}

/** A section with a title that says what it shows and a line on how to read it. */
export function section(name, panel, ...before) {
  const [title, caption] = WORDS[name];
  panel.caption = el("p", { class: "hv-caption", text: caption });
  panel.heading = el("h3", { text: title });
  panel.name = name;
  return el("section", { class: `hv-section hv-s-${name}` }, panel.heading, ...before, panel.node, panel.caption);
}

/** Sections in order; numbers over epochs and bars share a row where they follow each other. */
export function arrange(panels, before) {
  const out = [];
  for (let i = 0; i < panels.length; i++) {
    const pair = panels[i].kind === "curves" && panels[i + 1]?.kind === "bars";
    const made = section(panels[i].kind, panels[i], ...(before.get(panels[i].kind) ?? []));
    out.push(pair ? el("div", { class: "hv-pair" }, made, section("bars", panels[++i])) : made);
  }
  return out;
}
