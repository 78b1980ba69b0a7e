// One view of one experiment: all panels, one playhead, whatever page embeds it.
import { ClassBar } from "./controls/class_bar.js";
import { Lazy } from "./controls/lazy.js";
import { Legend } from "./controls/legend.js";
import { Player } from "./controls/player.js";
import { Card } from "./controls/sample_card.js";
import { Tiles } from "./controls/sample_tiles.js";
import { Scrubber } from "./controls/scrubber.js";
import { Veil } from "./controls/veil.js";
import { ClassScope } from "./data/class_scope.js";
import { Store } from "./data/store.js";
import { el } from "./draw/dom.js";
import { Theme } from "./draw/theme.js";
import { arrange, createPanel, panelNames } from "./layout.js";

/** Milliseconds after which missing frames are asked for again. */
const ASK_AGAIN = 2000;
/** Milliseconds between two drawings within which only what is on screen is drawn. */
const BUSY = 150;
/** While it follows a training: the pause after a drawing, as a multiple of its time. */
const REST = 4;
/** Milliseconds between two drawings of a training, at most. */
const SLOWEST = 250;

class View {
  constructor(root, callbacks) {
    this.root = root;
    this.callbacks = callbacks;
    this.store = new Store();
    this.player = new Player(
      this.store,
      () => this.redraw(),
      () => this.rest(),
    );
    this.scope = new ClassScope(this);
    this.selected = this.hovered = this.focus = null;
    this.marks = true;
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    root.tabIndex = 0;
    root.setAttribute("role", "region");
    root.setAttribute(
      "aria-label",
      "Training, epoch by epoch. Space plays, arrow keys step, Home and End jump.",
    );
    this.wait = el("p", {
      class: "hv-wait",
      role: "status",
      text: "Loading the recorded epochs …",
    });
    this.veil = new Veil(this);
    root.replaceChildren(this.wait);
    this.watch();
  }

  /** Redraw when the box or the theme changes. */
  watch() {
    this.observer = new ResizeObserver(() => this.panels && this.resize());
    this.observer.observe(this.root);
    this.onTheme = () => this.theme?.read() && this.rebuild();
    this.ended = new AbortController();
    this.root.addEventListener("transitionend", this.onTheme, { signal: this.ended.signal });
  }

  /** Take a payload in; see `Store.apply`. */
  update({ meta, blob }) {
    const jumped = (this.options?.jump ?? 0) !== (meta.options?.jump ?? 0);
    const known = JSON.stringify([this.options, this.store.state]);
    this.options = { ...this.options, ...meta.options };
    this.root.classList.toggle("hv-compact", Boolean(this.options.compact));
    this.veil.refresh();
    const { epoch } = this.player;
    const what = this.store.apply({ meta, blob });
    if (what === "refill") this.player.index = this.store.indexOf(epoch);
    if (what === "gap")
      return this.ask(meta.run, meta.run === this.store.run ? this.store.lastEpoch : -1);
    clearTimeout(this.asking);
    this.asking = 0;
    const more =
      what !== "same" ||
      meta.scene ||
      meta.bands ||
      known !== JSON.stringify([this.options, meta.state]);
    if (this.panels && !more) return what;
    const before = this.live;
    this.live = this.options.live ?? ["running", "queued"].includes(meta.state);
    if (before && !this.live && this.lacksThumbs(meta)) this.ask(meta.run, -1);
    const bare = !this.store.frames.length;
    if (bare && !(this.options.paint && this.store.scene)) return undefined;
    const asked = JSON.stringify([this.options.panels, this.options.paint]);
    if (what === "reset" || !this.panels || this.bare !== bare) this.begin();
    else if (asked !== this.asked) {
      this.layOut();
      this.rebuild();
    } else if (what === "append") this.extend();
    else if (meta.bands) this.rebuild();
    if (jumped) this.jump();
    this.asked = asked;
    this.bare = bare;
    if (!this.live && this.player.index >= this.player.last) this.player.follow = false;
    this.scrubber.refresh();
    this.redraw();
    return what;
  }

  /** Go to the epoch and the sample that the page asks for. */
  jump() {
    const { options, player, store } = this;
    this.selected = options.selected ?? null;
    this.callbacks.selected?.(this.selected);
    if (options.epoch == null) return;
    player.playing = player.follow = false;
    player.index = store.indexOf(options.epoch);
    this.callbacks.epoch?.(player.epoch);
  }

  /** Whether the thumbnails were chosen before the last epoch, so that better ones can be had. */
  lacksThumbs(meta) {
    const { scene, static: fixed } = this.store;
    return (
      meta.since >= 0 &&
      meta.parts?.includes("thumbs") &&
      scene.kind === "images" &&
      (fixed.thumb_of?.length ?? 0) < scene.tracked
    );
  }

  /**
   * Ask for the frames after an epoch (-1: for all), and again after a while: a later run of the
   * script may have discarded the answer.
   */
  ask(run, since) {
    if (this.asking) return "gap";
    this.callbacks.need?.(run, since);
    this.asking = setTimeout(() => {
      this.asking = 0;
      this.ask(run, since);
    }, ASK_AGAIN);
    return "gap";
  }

  /** A run is shown for the first time. */
  begin() {
    const { store, player, options } = this;
    clearTimeout(this.resting); // an epoch of the run before
    this.theme = new Theme(this.root, store.style);
    this.scope.reset();
    this.selected = options.selected ?? null;
    if (this.selected !== null) this.callbacks.selected?.(this.selected);
    this.hovered = this.focus = null;
    player.playing = false;
    player.follow = Boolean(this.live);
    player.index = options.epoch != null && !this.live ? store.indexOf(options.epoch) : player.last;
    this.layOut();
    this.rebuild();
    if (options.autoplay && !this.still) {
      player.index = 0;
      player.play();
      this.wake();
    }
  }

  layOut() {
    this.scrubber?.node.remove();
    this.scrubber ??= new Scrubber(this);
    this.bar?.destroy();
    this.bar = new ClassBar(this);
    this.legend = new Legend(this);
    this.card = new Card(this);
    this.tiles = new Tiles(this);
    for (const panel of this.panels ?? []) if (panel !== this.painter) panel.destroy?.();
    this.panels = panelNames(this).map((name) => createPanel(name, this));
    if (this.options.paint) {
      this.painter ??= createPanel("paint", this);
      this.panels.unshift(this.painter);
    }
    this.main = this.panels.find((panel) => panel.about.main);
    this.legended = this.main ?? this.panels.find((panel) => panel.about.legend);
    const sections = arrange(this.panels, this.legended, this.legend.node);
    this.card.dock.classList.toggle("hv-low", !this.main);
    const after = sections.findIndex((node) => this.main && node.contains(this.main.node));
    sections.splice(after < 0 ? sections.length : after + 1, 0, this.card.dock);
    this.scrubber.node.hidden = !this.store.frames.length;
    this.sight?.watcher.disconnect();
    this.sight = new Lazy((node) =>
      this.panels.find((panel) => panel.node === node)?.draw(this.player.index),
    );
    this.sight.watch(this.panels.map((panel) => panel.node));
    this.probe = el("i", { class: "hv-probe", "aria-hidden": "true" });
    this.root.replaceChildren(
      this.scrubber.node,
      this.bar.node,
      this.veil.node,
      ...sections,
      this.card.float,
      this.probe,
    );
  }

  /** The panel of a name, if it is shown. */
  panel(name) {
    return this.panels.find((panel) => panel.kind === name);
  }

  rebuild() {
    if (this.legended) this.legend.build();
    this.bar.build();
    for (const panel of this.panels) panel.build();
    this.before = -Infinity;
    this.redraw();
  }

  /** The reader chose other classes, or their order has changed. */
  rescope() {
    if (this.legended) this.legend.build();
    this.bar.build();
    for (const panel of this.panels) panel.rescope?.();
    this.before = -Infinity;
    this.redraw();
  }

  extend() {
    for (const panel of this.panels) panel.extend?.();
    if (this.player.follow) {
      if (this.still) this.player.go(this.player.last);
      else this.wake();
    }
  }

  resize() {
    const width = this.root.clientWidth;
    if (width === this.width && window.devicePixelRatio === this.ratio) return;
    this.width = width;
    this.ratio = window.devicePixelRatio;
    for (const panel of this.panels) panel.size?.();
    this.drawWhole();
  }

  /** Draw once before the next frame of the screen. */
  redraw() {
    if (this.pending || !this.panels) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      const begun = performance.now();
      this.drawNow();
      // After the browser has painted, so that its time counts too.
      setTimeout(() => (this.cost = performance.now() - begun));
    });
  }

  /** Draw what is on screen; the rest too if nothing was drawn just now, or else soon after. */
  drawNow() {
    const { index } = this.player;
    const now = performance.now();
    const busy = this.patient ? 2 * SLOWEST : BUSY;
    const whole = now - (this.before ?? -Infinity) > busy;
    this.before = now;
    this.scrubber.draw();
    for (const panel of this.panels) {
      if (!whole && !this.sight.shown.has(panel.node)) continue;
      panel.draw(index);
      panel.twin?.draw();
    }
    this.card.draw();
    this.drawn = (this.drawn ?? 0) + 1;
    clearTimeout(this.trailing);
    this.trailing = whole ? 0 : setTimeout(() => this.drawWhole(), busy);
  }

  drawWhole() {
    this.before = -Infinity;
    this.drawNow();
  }

  /** Whether it follows a training, which may outrun the browser: drawing then leaves pauses. */
  get patient() {
    return Boolean(this.live && this.player.follow);
  }

  /** Let time run while something plays. */
  wake() {
    if (this.clock) return;
    clearTimeout(this.pause);
    let before = performance.now();
    const next = () => (this.clock = requestAnimationFrame(beat));
    const beat = (now) => {
      this.clock = 0;
      const { patient } = this;
      const more = this.player.tick(
        Math.min((patient ? SLOWEST : 100) / 1000, (now - before) / 1000),
        this.live,
      );
      before = now;
      if (!more) {
        this.player.follow &&= this.live;
        this.scrubber.refresh();
        this.redraw();
      } else if (patient) this.pause = setTimeout(next, Math.min(SLOWEST, REST * (this.cost ?? 0)));
      else next();
      if (!this.root.isConnected) this.sleep();
    };
    next();
  }

  sleep() {
    cancelAnimationFrame(this.clock);
    clearTimeout(this.pause);
    this.clock = 0;
  }

  toggle() {
    const { player } = this;
    if (player.playing) player.pause();
    else {
      player.play();
      this.wake();
    }
    this.scrubber.refresh();
  }

  setFollow(on) {
    this.player.playing = false;
    this.player.follow = on;
    if (on && this.still) this.player.go(this.player.last);
    else if (on) this.wake();
    this.scrubber.refresh();
    this.redraw();
  }

  /** The playhead was let go: tell the page where it is. */
  rest() {
    this.scrubber?.refresh();
    clearTimeout(this.resting);
    for (const panel of this.panels ?? []) panel.rest?.();
    if (this.scope.renew()) this.rescope();
    this.resting = setTimeout(() => this.callbacks.epoch?.(this.player.epoch), 350);
  }

  select(sample) {
    if (sample === this.selected) return;
    this.selected = sample;
    this.hover(null);
    this.callbacks.selected?.(sample);
    this.redraw();
  }

  hover(sample, event) {
    this.card.hover(sample, event);
    if (sample === this.hovered) return;
    this.hovered = sample;
    this.main?.drawOver?.();
  }

  setFocus(c) {
    this.focus = c;
    if (this.legended) this.legend.refresh();
    this.redraw();
  }

  setMarks(on) {
    this.marks = on;
    this.legend.refresh();
    this.redraw();
  }

  destroy() {
    this.observer.disconnect();
    this.ended.abort();
    cancelAnimationFrame(this.pending);
    this.sleep();
    this.sight?.watcher.disconnect();
    this.bar?.destroy();
    for (const timer of [this.resting, this.asking, this.trailing]) clearTimeout(timer);
    for (const panel of this.panels ?? []) panel.destroy?.();
    this.root.replaceChildren();
  }
}

/**
 * Show a payload inside `root` and return the view: `update({blob, meta})` it with later payloads,
 * `destroy()` it at the end. `callbacks`, all optional:
 *
 *   need(run, epoch)   frames after that epoch are missing (-1: all)
 *   epoch(n)           the playhead was let go at epoch n
 *   selected(sample)   a sample was selected, or null
 *   painted(points)    the reader wants to train on these points, [[class, x, y], …]
 *   draft(points)      there are painted points that have not been trained, or null
 *   train()            the reader wants to train the settings that were changed
 */
export function mount(root, payload, callbacks = {}) {
  const view = new View(root, callbacks);
  view.update(payload);
  return view;
}
