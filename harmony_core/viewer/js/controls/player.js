// One playhead for everything: where it is and how it moves.

const REST_AT_END = 0.9;

/**
 * The playhead over recorded frames; knows time but no DOM. `onMove(index)` after each move. What
 * plays starts over at the end until the reader says otherwise.
 */
export class Player {
  constructor(store, onMove, onRest) {
    this.store = store;
    this.onMove = onMove;
    this.onRest = onRest;
    this.index = 0;
    this.playing = false;
    this.loop = true;
    this.follow = false;
    this.speed = 1;
    this.part = 0;
    this.rest = 0;
  }

  get last() {
    return Math.max(0, this.store.frames.length - 1);
  }

  get epoch() {
    return this.store.frames[this.index]?.epoch ?? 0;
  }

  /** Frames a second: the whole run takes about eight seconds at speed 1. */
  get rate() {
    return Math.min(60, Math.max(5, this.store.frames.length / 8)) * this.speed;
  }

  go(index) {
    const next = Math.max(0, Math.min(this.last, index));
    if (next !== this.index) {
      this.index = next;
      this.onMove(next);
    }
  }

  /** The reader moves the playhead: it stays where they put it. */
  seek(index) {
    this.pause();
    this.follow = false;
    this.go(index);
  }

  play() {
    if (this.index >= this.last) this.go(0);
    this.follow = false;
    this.playing = true;
    this.part = 0;
    this.rest = 0;
  }

  pause() {
    const was = this.playing;
    this.playing = false;
    if (was) this.onRest();
  }

  /** Let `seconds` pass; true while there is more to come. */
  tick(seconds, live) {
    if (this.follow) {
      if (this.index >= this.last) return false;
      this.part += seconds * Math.max(12, (this.last - this.index) * 3);
    } else if (this.playing) {
      if (this.index >= this.last) return this.atEnd(seconds, live);
      this.part += seconds * this.rate;
    } else return false;
    const steps = Math.floor(this.part);
    this.part -= steps;
    if (steps) this.go(this.index + steps);
    return true;
  }

  atEnd(seconds, live) {
    if (live) {
      this.playing = false;
      this.follow = true;
      return false;
    }
    this.rest += seconds;
    if (!this.loop) {
      this.pause();
      return false;
    }
    if (this.rest > REST_AT_END) {
      this.rest = 0;
      this.go(0);
    }
    return true;
  }
}
