// The bar with the playhead, and the keys of the whole view.
import { el, svg } from "../draw/dom.js";

const SPEEDS = [0.5, 1, 2, 4];

const ICONS = {
  play: "M6 4.2v11.6L16 10z",
  pause: "M5.5 4h3v12h-3zM11.5 4h3v12h-3z",
  back: "M14.5 4.5v11L7.5 10zM5 4.5h1.8v11H5z",
  next: "M5.5 4.5v11l7-5.5zM13.2 4.5H15v11h-1.8z",
  loop: [
    "M5 8.6A5.2 5.2 0 0 1 14.4 7l1.3-1.3V10h-4.3l1.6-1.6A3.4 3.4 0 0 0 6.7 9z",
    "M15 11.4A5.2 5.2 0 0 1 5.6 13l-1.3 1.3V10h4.3L7 11.6a3.4 3.4 0 0 0 6.3-.6z",
  ].join(""),
};

function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
    svg("path", { d: ICONS[name], fill: "currentColor" }),
  );
}

/** A button with an icon; `name` is spoken, `title` shown. */
function iconButton(drawing, name, title, onclick) {
  const attributes = { type: "button", class: "hv-icon", "aria-label": name, title, onclick };
  return el("button", attributes, icon(drawing));
}

/** The bar with buttons, track and read-out. */
export class Scrubber {
  constructor(view) {
    this.view = view;
    const { player } = view;
    this.button = el("button", { type: "button", class: "hv-play", onclick: () => view.toggle() });
    this.range = el("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 1,
      "aria-label": "Epoch",
      oninput: () => player.seek(view.store.indexOf(Number(this.range.value))),
      onchange: () => view.rest(),
    });
    this.known = el("div", { class: "hv-known" });
    this.done = el("div", { class: "hv-done" });
    this.now = el("b", { text: "0" });
    this.of = el("span", { text: "" });
    this.loop = iconButton("loop", "Loop", "Loop", () => {
      player.loop = !player.loop;
      this.refresh();
    });
    this.speed = el("button", { type: "button", class: "hv-speed", onclick: () => this.faster() });
    const follow = () => view.setFollow(!player.follow);
    const dot = el("i", { "aria-hidden": "true" });
    this.follow = el(
      "button",
      { type: "button", class: "hv-follow", onclick: follow },
      dot,
      "Follow",
    );
    this.state = el("span", { class: "hv-state", role: "status" });
    this.node = this.bar();
    const { signal } = view.ended;
    view.root.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  bar() {
    const back = iconButton("back", "One epoch back", "Back (←)", () => this.step(-1));
    const next = iconButton("next", "One epoch forward", "Forward (→)", () => this.step(1));
    const rail = el("div", { class: "hv-rail" }, this.known, this.done);
    return el(
      "div",
      { class: "hv-scrub", role: "group", "aria-label": "Playback over epochs" },
      el("div", { class: "hv-buttons" }, back, this.button, next),
      el("div", { class: "hv-track" }, rail, this.range),
      el("div", { class: "hv-read", "aria-hidden": "true" }, "epoch ", this.now, this.of),
      el("div", { class: "hv-options" }, this.state, this.loop, this.speed, this.follow),
    );
  }

  step(by) {
    this.view.player.seek(this.view.player.index + by);
    this.view.rest();
  }

  faster() {
    const { player } = this.view;
    player.speed = SPEEDS[(SPEEDS.indexOf(player.speed) + 1) % SPEEDS.length];
    this.refresh();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    const onButton = target.tagName === "BUTTON" || target.tagName === "SELECT";
    const { player } = this.view;
    const by = event.shiftKey ? 10 : 1;
    const keys = {
      ArrowLeft: () => this.step(-by),
      ArrowRight: () => this.step(by),
      Home: () => this.step(-player.last),
      End: () => this.step(player.last),
      Escape: () => this.view.select(null),
    };
    if (target.tagName === "INPUT" && target.type === "range")
      Object.assign(keys, { ArrowDown: keys.ArrowLeft, ArrowUp: keys.ArrowRight });
    if (!onButton) keys[" "] = () => this.view.toggle();
    if (target.getAttribute("role") === "radio" && event.key.startsWith("Arrow")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** Show where the playhead is. */
  draw() {
    const { player, store } = this.view;
    const { epoch } = player;
    if (Number(this.range.value) !== epoch) this.range.value = epoch;
    this.range.setAttribute("aria-valuetext", `epoch ${epoch} of ${store.total}`);
    this.now.textContent = epoch;
    this.done.style.transform = `scaleX(${epoch / store.total})`;
  }

  /** Show what can be done: after new frames, a change of state, or a press of a button. */
  refresh() {
    const { player, store, live } = this.view;
    this.range.max = store.total;
    this.of.textContent = ` / ${store.total}`;
    this.known.style.transform = `scaleX(${Math.max(0, store.lastEpoch) / store.total})`;
    this.button.replaceChildren(icon(player.playing ? "pause" : "play"));
    this.button.setAttribute("aria-label", player.playing ? "Pause" : "Play");
    this.button.title = `${player.playing ? "Pause" : "Play"} (space)`;
    this.loop.setAttribute("aria-pressed", player.loop);
    this.speed.textContent = `${player.speed}×`;
    this.speed.setAttribute("aria-label", `Speed ${player.speed} times`);
    this.speed.title = "Speed";
    this.follow.hidden = !live;
    this.follow.setAttribute("aria-pressed", player.follow);
    this.follow.title = player.follow
      ? "Moves on as new epochs arrive"
      : "Stays at this epoch; press to follow the newest";
    const words = {
      running: "training",
      queued: "waiting",
      done: "",
      stopped: "stopped",
      failed: "failed",
      interrupted: "interrupted",
    };
    this.state.textContent = words[store.state] ?? store.state;
    this.state.dataset.state = store.state;
    this.draw();
  }
}
