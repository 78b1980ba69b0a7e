// An editor of points in the plane: choose a class, press to add, erase, undo, and train again.
import { choiceRow, selectBox } from "../controls/choices.js";
import { PaintList } from "../controls/paint_list.js";
import { pixelRatio } from "../draw/canvas.js";
import { el } from "../draw/dom.js";
import { count } from "../draw/format.js";
import { classMark } from "../draw/marks.js";
import { traceShape } from "../draw/shapes.js";
import { mix, parseColor } from "../draw/theme.js";

export default {
  title: "Paint your own points",
  caption: [
    "Press to add points of the chosen class, hold and move for more; shift or alt while pressing erases.",
    "The faint colours are what a method of this run decides at the epoch shown.",
    "Then train again: every method starts from the same initial weights on exactly these points.",
  ],
  twin: false,
  create: (view) => new Painter(view),
};

const PAINT_APART = 12;
const PAINT_REACH = 14;
const PAINT_STEPS = 200;
/** The share of the limit that a run's own samples may take. */
const PAINT_FILLED = 0.75;
/** Milliseconds without a change after which the outside is told of it. */
const PAINT_QUIET = 500;
const SPRAY = { points: 5, radius: 22 };

class Painter {
  constructor(view) {
    this.view = view;
    this.kind = "paint";
    this.points = [];
    this.undone = [];
    this.past = [];
    this.c = 0;
    this.tool = "point";
    this.behind = 0;
    this.base = el("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label":
        "Board to paint points on. Arrow keys move the cross, Enter adds a point, Delete removes the nearest, number keys choose the class. The list below does the same.",
    });
    this.board = el("div", { class: "hv-canvas hv-board" }, this.base);
    this.classes = el("div", {
      class: "hv-chips",
      role: "radiogroup",
      "aria-label": "Class of new points",
    });
    this.tools = el("div", { class: "hv-tools" });
    this.note = el("p", { class: "hv-quiet", role: "status" });
    this.send = el("button", {
      type: "button",
      class: "hv-primary",
      text: "Retrain with these points",
      onclick: () => this.retrain(),
    });
    this.list = new PaintList(this);
    this.node = el(
      "div",
      { class: "hv-paint" },
      this.board,
      el(
        "div",
        { class: "hv-paintside" },
        this.classes,
        this.tools,
        this.note,
        this.send,
        this.list.node,
      ),
    );
    this.base.addEventListener("pointerdown", (event) => this.press(event));
    this.base.addEventListener("pointermove", (event) => this.move(event));
    this.base.addEventListener("pointerup", () => this.lift());
    this.base.addEventListener("pointercancel", () => this.lift());
    this.base.addEventListener("pointerleave", () => {
      this.at = null;
      this.draw();
      this.tell();
    });
    this.node.addEventListener("focusout", () => this.tell());
    this.base.addEventListener("contextmenu", (event) => event.preventDefault());
    this.base.addEventListener("keydown", (event) => this.key(event));
  }

  /** Take the options of the page: what to begin with, how much is allowed. */
  begin() {
    const { store, options } = this.view;
    const asked = options.paint;
    this.names = asked.classes ?? store.classes;
    this.extent = asked.extent ?? store.scene.extent ?? [-1, 1, -1, 1];
    this.limit = asked.limit ?? 400;
    const source = JSON.stringify(asked.points ?? null) + (asked.points ? "" : store.run);
    if (source === this.source) return;
    this.source = source;
    this.cut = 0;
    this.points = asked.points ? asked.points.map((point) => [...point]) : this.tracked();
    this.past = [];
    this.undone = [];
    this.c = Math.min(this.c, this.names.length - 1);
    this.sent = JSON.stringify(this.rounded());
    this.told = null;
  }

  /** The tracked samples, evenly chosen where they would leave no room to paint. */
  tracked() {
    const { points, targets } = this.view.store.static;
    if (!points) return [];
    const all = [...targets].map((c, i) => [c, points[2 * i], points[2 * i + 1]]);
    if (all.length <= PAINT_FILLED * this.limit) return all;
    this.cut = all.length;
    const kept = Math.ceil(PAINT_FILLED * this.limit);
    return Array.from({ length: kept }, (_, i) => all[Math.floor((i * all.length) / kept)]);
  }

  build() {
    this.begin();
    const { theme, store } = this.view;
    this.chips = this.names.map((name, c) =>
      el(
        "button",
        {
          type: "button",
          role: "radio",
          class: "hv-chipbutton",
          "aria-checked": c === this.c,
          title: `Key ${c + 1}`,
          onclick: () => this.choose(c),
        },
        classMark(theme, c, 13),
        el("span", { text: name }),
        el("span", { class: "hv-n" }),
      ),
    );
    this.classes.replaceChildren(...this.chips);
    this.undo = el("button", {
      type: "button",
      class: "hv-plain",
      text: "Undo",
      title: "Ctrl Z",
      onclick: () => this.back(),
    });
    this.redo = el("button", {
      type: "button",
      class: "hv-plain",
      text: "Redo",
      title: "Ctrl Shift Z",
      onclick: () => this.again(),
    });
    const behind =
      store.frames.length && store.field(0, "grid")
        ? selectBox(
            "Behind",
            [...store.methods.map((label, m) => [m, label]), [-1, "nothing"]],
            this.behind,
            (v) => {
              this.behind = Number(v);
              this.draw();
            },
          )
        : "";
    this.tools.replaceChildren(
      choiceRow(
        "Tool",
        [
          ["point", "Point"],
          ["spray", "Spray"],
          ["erase", "Eraser", "Also: shift or alt while pressing"],
        ],
        this.tool,
        (v) => {
          this.tool = v;
        },
      ),
      this.undo,
      this.redo,
      el("button", {
        type: "button",
        class: "hv-plain",
        text: "Clear",
        onclick: () => this.change([]),
      }),
      behind,
    );
    this.size();
    this.refresh();
  }

  size() {
    this.ratio = pixelRatio();
    this.width = this.board.clientWidth || 400;
    this.base.width = this.base.height = Math.round(this.width * this.ratio);
  }

  choose(c) {
    this.c = Math.max(0, Math.min(this.names.length - 1, c));
    this.chips.forEach((chip, i) => chip.setAttribute("aria-checked", i === this.c));
    if (this.tool === "erase") {
      this.tool = "point";
      this.build();
    }
  }

  /** New points; the old ones can be had back. */
  change(points, keep = true) {
    if (keep) this.past = [...this.past.slice(-PAINT_STEPS), this.points];
    this.undone = [];
    this.points = points;
    this.refresh();
  }

  back() {
    if (!this.past.length) return;
    this.undone.push(this.points);
    this.points = this.past.pop();
    this.refresh();
  }

  again() {
    if (!this.undone.length) return;
    this.past.push(this.points);
    this.points = this.undone.pop();
    this.refresh();
  }

  /** Counts, limits and buttons. */
  refresh() {
    const counts = this.names.map((_, c) => this.points.filter(([t]) => t === c).length);
    this.chips?.forEach((chip, c) => {
      chip.lastChild.textContent = count(counts[c]);
    });
    const many = counts.filter((n) => n > 0).length;
    const parts = [`${count(this.points.length)} of at most ${count(this.limit)} points.`];
    if (this.cut) parts.push(`They stand for the run's ${count(this.cut)} samples, evenly chosen.`);
    if (this.points.length >= this.limit) parts.push("The board is full: erase some to add more.");
    if (many < 2) parts.push("Paint at least two classes to train.");
    else if (this.unsent())
      parts.push("Not trained yet: press Retrain, or Train above, which takes them along.");
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), PAINT_QUIET);
    this.note.textContent = parts.join(" ");
    this.send.disabled = many < 2;
    if (this.undo) {
      this.undo.disabled = !this.past.length;
      this.redo.disabled = !this.undone.length;
    }
    this.list.draw();
    this.draw();
  }

  rounded() {
    return this.points.map(([c, x, y]) => [c, Number(x.toFixed(4)), Number(y.toFixed(4))]);
  }

  /** Whether the points differ from those that were trained, and can be. */
  unsent() {
    return (
      new Set(this.points.map(([c]) => c)).size > 1 && JSON.stringify(this.rounded()) !== this.sent
    );
  }

  /** Let the outside have the points that are not trained yet, or nothing, once at rest. */
  tell() {
    clearTimeout(this.telling);
    if (this.held || !this.points) return;
    const draft = this.unsent() ? this.rounded() : null;
    const text = JSON.stringify(draft);
    if (text === JSON.stringify(this.told)) return;
    this.told = draft;
    this.view.callbacks.draft?.(draft);
  }

  retrain() {
    clearTimeout(this.telling);
    this.sent = JSON.stringify(this.rounded());
    this.view.callbacks.painted?.(this.rounded());
    this.refresh();
  }

  toScreen([, x, y]) {
    const [x0, x1, y0, y1] = this.extent;
    return [((x - x0) / (x1 - x0)) * this.width, (1 - (y - y0) / (y1 - y0)) * this.width];
  }

  toPlane(px, py) {
    const [x0, x1, y0, y1] = this.extent;
    const inside = (v) => Math.max(0, Math.min(1, v / this.width));
    return [x0 + inside(px) * (x1 - x0), y0 + (1 - inside(py)) * (y1 - y0)];
  }

  where(event) {
    const box = this.base.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  erases(event) {
    return (
      this.tool === "erase" ||
      event.shiftKey ||
      event.altKey ||
      event.button === 2 ||
      event.buttons === 2
    );
  }

  press(event) {
    this.base.setPointerCapture(event.pointerId);
    this.base.focus({ preventScroll: true });
    this.before = this.points;
    this.held = true;
    this.stroke(event);
  }

  move(event) {
    this.at = this.where(event);
    if (!this.held) this.draw();
    else if (
      !this.last ||
      Math.hypot(this.at[0] - this.last[0], this.at[1] - this.last[1]) >= PAINT_APART
    )
      this.stroke(event);
  }

  lift() {
    if (this.held && this.before !== this.points)
      this.past = [...this.past.slice(-PAINT_STEPS), this.before];
    this.held = false;
    this.last = null;
    this.refresh();
  }

  /** One step of a stroke: add or erase where the pointer is. */
  stroke(event) {
    const [px, py] = this.where(event);
    this.last = [px, py];
    if (this.erases(event)) {
      this.change(
        this.points.filter((point) => {
          const [x, y] = this.toScreen(point);
          return Math.hypot(x - px, y - py) > PAINT_REACH;
        }),
        false,
      );
      return;
    }
    const spots =
      this.tool === "spray"
        ? Array.from({ length: SPRAY.points }, () => {
            const r = SPRAY.radius * Math.sqrt(Math.random());
            const a = 2 * Math.PI * Math.random();
            return [px + r * Math.cos(a), py + r * Math.sin(a)];
          })
        : [[px, py]];
    const room = this.limit - this.points.length;
    this.change(
      [
        ...this.points,
        ...spots.slice(0, Math.max(0, room)).map(([x, y]) => [this.c, ...this.toPlane(x, y)]),
      ],
      false,
    );
  }

  key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") {
      if (event.shiftKey) this.again();
      else this.back();
    } else if (command || event.key === "Tab") return;
    else if (event.key.startsWith("Arrow")) {
      const [dx, dy] = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
      }[event.key];
      const step = event.shiftKey ? 20 : 5;
      const [x, y] = this.at ?? [this.width / 2, this.width / 2];
      this.at = [
        Math.max(0, Math.min(this.width, x + dx * step)),
        Math.max(0, Math.min(this.width, y + dy * step)),
      ];
    } else if (event.key === "Enter" || event.key === " ") {
      this.at ??= [this.width / 2, this.width / 2];
      if (this.points.length < this.limit)
        this.change([...this.points, [this.c, ...this.toPlane(...this.at)]]);
    } else if (event.key === "Delete" || event.key === "Backspace") this.eraseNearest();
    else if (/^[1-9]$/.test(event.key)) this.choose(Number(event.key) - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  eraseNearest() {
    if (!this.at || !this.points.length) return;
    const far = (point) => {
      const [x, y] = this.toScreen(point);
      return Math.hypot(x - this.at[0], y - this.at[1]);
    };
    const nearest = this.points.reduce((a, b) => (far(b) < far(a) ? b : a));
    this.change(this.points.filter((point) => point !== nearest));
  }

  draw() {
    if (!this.width) return;
    const { theme } = this.view;
    const context = this.base.getContext("2d", { alpha: false });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = theme.shade(0);
    context.fillRect(0, 0, this.width, this.width);
    this.drawBehind(context);
    const r = Math.max(3.2, Math.min(5, this.width / 100));
    for (const point of this.points) {
      const [x, y] = this.toScreen(point);
      context.beginPath();
      traceShape(context, theme.classShape(point[0]), x, y, r);
      context.lineWidth = 2;
      context.strokeStyle = theme.shade(0);
      context.stroke();
      context.fillStyle = theme.classColor(point[0]);
      context.fill();
    }
    this.drawCross(context);
  }

  /** What a method of the run decides, faintly, so that one sees where trouble is. */
  drawBehind(context) {
    const { store, theme, player } = this.view;
    const grid =
      this.behind >= 0 && store.frames.length
        ? store.raw(player.index, Math.min(this.behind, store.methods.length - 1), "grid")
        : null;
    if (!grid) return;
    const side = store.field(player.index, "grid").shape[0];
    const levels = Math.max(1, Math.floor(256 / store.classes.length));
    this.ground ??= document.createElement("canvas");
    this.ground.width = this.ground.height = side;
    const brush = this.ground.getContext("2d");
    const image = brush.createImageData(side, side);
    const tints = store.classes.map((_, c) =>
      mix(theme.surface, parseColor(theme.classColor(c)), 0.24).map(Math.round),
    );
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const to = 4 * ((side - 1 - y) * side + x);
        const tint = tints[Math.floor(grid[y * side + x] / levels)];
        image.data[to] = tint[0];
        image.data[to + 1] = tint[1];
        image.data[to + 2] = tint[2];
        image.data[to + 3] = 255;
      }
    }
    brush.putImageData(image, 0, 0);
    const [x0, x1, y0, y1] = store.scene.extent;
    const [left, top] = this.toScreen([0, x0, y1]);
    const [right, bottom] = this.toScreen([0, x1, y0]);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.ground, left, top, right - left, bottom - top);
  }

  drawCross(context) {
    if (!this.at) return;
    const [x, y] = this.at;
    context.strokeStyle = this.view.theme.shade(1);
    context.lineWidth = 1;
    context.beginPath();
    if (this.tool === "erase") context.arc(x, y, PAINT_REACH, 0, 2 * Math.PI);
    else if (this.tool === "spray") context.arc(x, y, SPRAY.radius, 0, 2 * Math.PI);
    else
      for (const [dx, dy] of [
        [8, 0],
        [0, 8],
      ]) {
        context.moveTo(x - dx, y - dy);
        context.lineTo(x + dx, y + dy);
      }
    context.stroke();
  }

  data() {
    return {
      columns: ["class", "x", "y"],
      rows: this.points.map(([c, x, y]) => [this.names[c] ?? c, x, y]),
    };
  }
}
