// An editor of points in the plane: choose a class, press to add, erase, undo, and train again.
import { choiceRow, selectBox } from "../controls/choices.js";
import { ERASER, PaintBoard, SPRAY } from "../controls/paint_board.js";
import { PaintList } from "../controls/paint_list.js";
import { PaintedPoints, thinned } from "../data/painted_points.js";
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { classMark } from "../draw/marks.js";

export default {
  title: "Paint your own points",
  caption: [
    "Press to add points of the chosen class; hold and move to add more;",
    "hold Shift or Alt to erase.",
    "The faint colours are what one method of this run decides at the epoch shown.",
    "Then train again: every method starts from the same initial weights on exactly these points.",
  ],
  twin: false,
  create: (view) => new Painter(view),
};

/** Pixels between the points of a stroke. */
const APART = 12;
/** The share of the limit that a run's own samples may take. */
const FILLED = 0.75;
/** Milliseconds without a change after which the page is lastDraft of the points. */
const QUIET = 500;
const TOOLS = [
  ["point", "Point"],
  ["spray", "Spray"],
  ["erase", "Eraser", "Also: shift or alt while pressing"],
];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function plainButton(text, title, onclick) {
  return el("button", { type: "button", class: "hv-plain", text, title, onclick });
}

class Painter {
  constructor(view) {
    this.view = view;
    this.painted = new PaintedPoints();
    this.c = 0;
    this.tool = "point";
    this.behind = 0;
    this.board = new PaintBoard();
    const chips = { class: "hv-chips", role: "radiogroup", "aria-label": "Class of new points" };
    this.classes = el("div", chips);
    this.tools = el("div", { class: "hv-tools" });
    this.note = el("p", { class: "hv-quiet", role: "status" });
    this.send = el("button", {
      type: "button",
      class: "hv-primary",
      text: "Retrain with these points",
      onclick: () => this.retrain(),
    });
    this.list = new PaintList(this);
    const controls = [this.classes, this.tools, this.note, this.send, this.list.node];
    const side = el("div", { class: "hv-paintside" }, ...controls);
    this.node = el("div", { class: "hv-paint" }, this.board.node, side);
    this.node.addEventListener("focusout", () => this.sendDraft());
    this.listen();
  }

  listen() {
    const on = (kind, act) => this.base.addEventListener(kind, act);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", () => this.lift());
    on("pointercancel", () => this.lift());
    on("pointerleave", () => {
      this.at = null;
      this.draw();
      this.sendDraft();
    });
    on("contextmenu", (event) => event.preventDefault());
    on("keydown", (event) => this.key(event));
  }

  get base() {
    return this.board.canvas;
  }

  get points() {
    return this.painted.all;
  }

  get extent() {
    return this.board.extent;
  }

  /** Take the options of the page: what to begin with, how much is allowed. */
  begin() {
    const { store, options } = this.view;
    const asked = options.paint;
    this.names = asked.classes ?? store.classes;
    this.board.extent = asked.extent ?? store.scene.extent ?? [-1, 1, -1, 1];
    this.limit = asked.limit ?? 400;
    const source = JSON.stringify(asked.points ?? null) + (asked.points ? "" : store.run);
    if (source === this.source) return;
    this.source = source;
    this.cut = 0;
    this.painted.begin(asked.points ? asked.points.map((point) => [...point]) : this.tracked());
    this.c = Math.min(this.c, this.names.length - 1);
    this.lastDraft = null;
  }

  /** The tracked samples, evenly chosen where they would leave no room to paint. */
  tracked() {
    const { points, targets } = this.view.store.static;
    if (!points) return [];
    const all = [...targets].map((c, i) => [c, points[2 * i], points[2 * i + 1]]);
    const most = FILLED * this.limit;
    if (all.length <= most) return all;
    this.cut = all.length;
    return thinned(all, Math.ceil(most));
  }

  build() {
    this.begin();
    this.chips = this.names.map((name, c) => this.chip(name, c));
    this.classes.replaceChildren(...this.chips);
    this.undo = plainButton("Undo", "Ctrl Z", () => this.back());
    this.redo = plainButton("Redo", "Ctrl Shift Z", () => this.again());
    const clear = plainButton("Clear", null, () => this.change([]));
    const tools = choiceRow("Tool", TOOLS, this.tool, (tool) => {
      this.tool = tool;
    });
    this.tools.replaceChildren(tools, this.undo, this.redo, clear, this.behindBox());
    this.size();
    this.refresh();
  }

  chip(name, c) {
    const attributes = {
      type: "button",
      role: "radio",
      class: "hv-chipbutton",
      "aria-checked": c === this.c,
      title: `Key ${c + 1}`,
      onclick: () => this.choose(c),
    };
    const mark = classMark(this.view.theme, c, 13);
    return el(
      "button",
      attributes,
      mark,
      el("span", { text: name }),
      el("span", { class: "hv-n" }),
    );
  }

  /** The choice of a method whose decisions are drawn behind the points, if there are any. */
  behindBox() {
    const { store } = this.view;
    if (!store.frames.length || !store.field(0, "grid")) return "";
    const methods = store.methods.map((label, m) => [m, label]);
    return selectBox("Behind", [...methods, [-1, "nothing"]], this.behind, (m) => {
      this.behind = Number(m);
      this.draw();
    });
  }

  size() {
    this.board.size();
  }

  choose(c) {
    this.c = Math.max(0, Math.min(this.names.length - 1, c));
    this.chips.forEach((chip, i) => chip.setAttribute("aria-checked", i === this.c));
    if (this.tool === "erase") {
      this.tool = "point";
      this.build();
    }
  }

  /** Replace the points; the old ones can be had back if `keep`. */
  change(points, keep = true) {
    this.painted.change(points, keep);
    this.refresh();
  }

  back() {
    this.painted.undo();
    this.refresh();
  }

  again() {
    this.painted.redo();
    this.refresh();
  }

  /** Counts, limits and buttons. */
  refresh() {
    const { painted } = this;
    const counts = this.names.map((_, c) => this.points.filter(([t]) => t === c).length);
    this.chips?.forEach((chip, c) => {
      chip.lastChild.textContent = count(counts[c]);
    });
    const classes = counts.filter((n) => n > 0).length;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendDraft(), QUIET);
    this.note.textContent = this.remarks(classes).join(" ");
    this.send.disabled = classes < 2;
    if (this.undo) {
      this.undo.disabled = !painted.past.length;
      this.redo.disabled = !painted.undone.length;
    }
    this.list.draw();
    this.draw();
  }

  /** How full the board is, and what is missing to train. */
  remarks(classes) {
    const { length } = this.points;
    const parts = [`${count(length)} of at most ${count(this.limit)} points.`];
    if (this.cut) parts.push(`They represent the run's ${count(this.cut)} samples, evenly chosen.`);
    if (length >= this.limit) parts.push("The board is full: erase some to add more.");
    if (classes < 2) parts.push("Paint at least two classes to train.");
    else if (this.painted.untrained) {
      parts.push("Not trained yet: press Retrain, or Train above, which includes them.");
    }
    return parts;
  }

  /** Tell the page of points that are not trained yet, or of none, once the hand rests. */
  sendDraft() {
    clearTimeout(this.timer);
    if (this.held || !this.source) return;
    const draft = this.painted.untrained ? this.painted.rounded() : null;
    if (JSON.stringify(draft) === JSON.stringify(this.lastDraft)) return;
    this.lastDraft = draft;
    this.view.callbacks.draft?.(draft);
  }

  retrain() {
    clearTimeout(this.timer);
    this.painted.trained = this.painted.text();
    this.view.callbacks.painted?.(this.painted.rounded());
    this.refresh();
  }

  destroy() {
    clearTimeout(this.timer);
  }

  erases(event) {
    const right = event.button === 2 || event.buttons === 2;
    return this.tool === "erase" || event.shiftKey || event.altKey || right;
  }

  press(event) {
    this.base.setPointerCapture(event.pointerId);
    this.base.focus({ preventScroll: true });
    this.before = this.points;
    this.held = true;
    this.stroke(event);
  }

  move(event) {
    this.at = this.board.where(event);
    if (!this.held) this.draw();
    else if (!this.last || Math.hypot(...this.at.map((v, i) => v - this.last[i])) >= APART) {
      this.stroke(event);
    }
  }

  lift() {
    if (this.held && this.before !== this.points) this.painted.remember(this.before);
    this.held = false;
    this.last = null;
    this.refresh();
  }

  /** One step of a stroke: add or erase where the pointer is. */
  stroke(event) {
    const at = this.board.where(event);
    this.last = at;
    if (this.erases(event)) {
      const far = (point) => this.board.distance(point, at) > ERASER;
      this.change(this.points.filter(far), false);
    } else if (this.tool === "spray") this.add(sprayed(at), false);
    else this.add([at], false);
  }

  /** Add points of the chosen class at places on the board, as far as there is room. */
  add(places, keep = true) {
    const room = Math.max(0, this.limit - this.points.length);
    const added = places.slice(0, room).map((place) => [this.c, ...this.board.toPlane(place)]);
    this.change([...this.points, ...added], keep);
  }

  key(event) {
    const { board } = this;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") {
      if (event.shiftKey) this.again();
      else this.back();
    } else if (command || event.key === "Tab") return;
    else if (event.key in ARROWS) {
      const step = event.shiftKey ? 20 : 5;
      const [dx, dy] = ARROWS[event.key].map((v) => v * step);
      this.at = board.shifted(this.at ?? board.middle, dx, dy);
    } else if (event.key === "Enter" || event.key === " ") {
      this.at ??= board.middle;
      if (this.points.length < this.limit) this.add([this.at]);
    } else if (event.key === "Delete" || event.key === "Backspace") this.eraseNearest();
    else if (/^[1-9]$/.test(event.key)) this.choose(Number(event.key) - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  eraseNearest() {
    if (!this.at || !this.points.length) return;
    const far = (point) => this.board.distance(point, this.at);
    const nearest = this.points.reduce((a, b) => (far(b) < far(a) ? b : a));
    this.change(this.points.filter((point) => point !== nearest));
  }

  draw() {
    this.board.draw(this.view, this.points, this.behind, this.tool, this.at);
  }

  data() {
    return {
      columns: ["class", "x", "y"],
      rows: this.points.map(([c, x, y]) => [this.names[c] ?? c, x, y]),
    };
  }
}

/** Places spread evenly over a disc. */
function sprayed([px, py]) {
  return Array.from({ length: SPRAY.points }, () => {
    const r = SPRAY.radius * Math.sqrt(Math.random());
    const a = 2 * Math.PI * Math.random();
    return [px + r * Math.cos(a), py + r * Math.sin(a)];
  });
}
