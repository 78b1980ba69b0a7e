// Which panels there are, and around each a title that says what it shows and how to read it.
import { Bars } from "./bars.js";
import { ClassBars } from "./effective.js";
import { ClassLines } from "./weights.js";
import { Confusions } from "./confusion.js";
import { Curves } from "./curves.js";
import { Density } from "./density.js";
import { saveButtons } from "../controls/save_buttons.js";
import { Gallery } from "./gallery.js";
import { Heat } from "./heat.js";
import { Paths } from "./trajectories.js";
import { Planes } from "./plane.js";
import { el } from "../draw/shapes.js";
import { Spread } from "./spread.js";
import { ClassTable } from "./table.js";
import { Twin } from "../controls/choices.js";

const ARENA_PANELS = ["plane", "curves", "bars", "table"];

const WORDS = {
  plane: [
    "Where each method draws its boundaries",
    "Colour is the class decided there, stronger where the network is surer; the pale line is where it changes its mind. Dashed: the Bayes boundary of the balanced problem, the best any rule can do. Marks are training samples, larger when they weigh more, ringed when hard (g > 0.5). Press one to follow it.",
  ],
  confusion: [
    "What each method takes for what",
    "Rows are the true class, columns the predicted one; a row sums to 100 %. The diagonal is right, everything beside it a mistake; shade grows with the square root of the share. Point at a cell to read it in all panels.",
  ],
  curves: [
    "Over epochs",
    "One line a method, on the balanced test set; the vertical line is the epoch shown above. Press or drag to move it.",
  ],
  bars: [
    "Recall of frequent and rare classes",
    "Mean recall over the classes of each group, on the balanced test set. N is the number of training samples of a class; the best of a group is set in bold.",
  ],
  table: [
    "Every class in numbers",
    "The same epoch as text. Press a heading to sort; the best recall of a row is set in bold.",
  ],
  paint: [
    "Paint your own points",
    "Press to add points of the chosen class, hold and move for more; shift or alt while pressing erases. The faint colours are what a method of this run decides at the epoch shown. Then train again: every method starts from the same initial weights on exactly these points.",
  ],
  density: ["How hard the samples of each class are", ""],
  weights: [
    "Mean weight of each class over epochs",
    "One chart a method, one line a class, in the class's colour and shape; the charts of a row share one axis. The weight is what multiplies a sample's loss, and it is a product. The inter part is what the class alone decides, the same for all its samples: lines far apart are classes made to count more or less. The intra part is by difficulty; its mean off 1 says that difficulty has also moved the class's total. The harmonized loss keeps that mean at 1 under its own smoothed density, so near 1 here. A method that shifts margins instead of weights leaves the inter part at 1.",
  ],
  spread: [
    "How weights are spread inside each class",
    "One dot a followed training sample at the end of the epoch, the largest class on top. The box holds the middle half, the thick line is the median. A wide box is a class whose samples are told apart by their difficulty. Press a dot to follow the sample.",
  ],
  effective: [
    "How many samples a class is really worth",
    "Unequal weights make a class worth fewer samples: (Σw)² / Σw² is the number of equally weighted samples with the same noise. It equals N when all weigh the same. The norm of a class's row in the last layer shows which classes the classifier itself favours; under cross-entropy a deep network often gives frequent classes the larger one.",
  ],
  trajectories: [
    "Paths of samples over the epochs",
    "One line a followed sample of the class. Lines that fall are samples being learned; lines that stay up are noise or overlap. Press a line to follow its sample in every method and panel.",
  ],
  gallery: [
    "Samples that weigh most and least",
    "Of the followed training samples, at the epoch shown. Where data lies in a plane, the picture is the plane with the regions of Bayes and the sample in it. Press one to follow it.",
  ],
  heat: [
    "Difficulty of every class at a glance",
    "Rows are classes, the largest on top, columns the gradient norm g; a row sums to 100 % and shade grows with the square root of the share. Mass that moves left over the epochs is difficulty that is learned; mass that stays on the right is not. Press a class to see it over all epochs.",
  ],
};

/** What has to be in the payload for a panel. */
const NEEDED = {
  density: ["hist_count", "grad"],
  heat: ["hist_count"],
  spread: ["weight"],
  effective: ["effective"],
  trajectories: ["weight"],
  gallery: ["weight"],
};

/** The names of the panels that were asked for and can be drawn from what was sent. */
export function panelNames(view) {
  if (!view.store.frames.length) return [];
  const asked = view.options.panels ?? ARENA_PANELS;
  const plane = Boolean(view.store.static.points && view.store.scene.extent);
  return asked
    .map((name) => (name === "plane" && !plane ? "confusion" : name))
    .filter(
      (name) => name in WORDS && (NEEDED[name] ?? []).every((field) => view.store.field(0, field)),
    );
}

/** The panel of one name. */
export function makePanel(name, view) {
  const kinds = {
    plane: Planes,
    confusion: Confusions,
    curves: Curves,
    bars: Bars,
    table: ClassTable,
    density: Density,
    heat: Heat,
    weights: ClassLines,
    spread: Spread,
    effective: ClassBars,
    trajectories: Paths,
    gallery: Gallery,
  };
  return new kinds[name](view);
}

/** A section with a title that says what it shows and a line on how to read it. */
export function section(panel, before = []) {
  const { view } = panel;
  const [title, caption] = WORDS[panel.kind];
  panel.caption = el("p", { class: "hv-caption", text: caption });
  panel.heading = el("h3", { text: title });
  panel.twin =
    panel.data && !["table", "paint"].includes(panel.kind) ? new Twin(view, panel, title) : null;
  const save = panel.data ? saveButtons(view, panel) : null;
  const top = el("div", { class: "hv-top" }, panel.heading, save);
  if (panel.twin) panel.twin.node.dataset.skip = "";
  return el(
    "section",
    { class: `hv-section hv-s-${panel.kind}` },
    top,
    ...before,
    panel.node,
    panel.caption,
    panel.twin?.node,
  );
}

/** Sections in order; numbers over epochs and bars share a row where they follow each other. */
export function arrange(panels, before) {
  const out = [];
  for (let i = 0; i < panels.length; i++) {
    const pair = panels[i].kind === "curves" && panels[i + 1]?.kind === "bars";
    const made = section(panels[i], before.get(panels[i].kind));
    out.push(pair ? el("div", { class: "hv-pair" }, made, section(panels[++i])) : made);
  }
  return out;
}
