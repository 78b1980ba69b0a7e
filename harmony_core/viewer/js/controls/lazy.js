// Which nodes are near the screen.

/** Keeps the set of nodes near the screen, and calls `onshow(node)` when one comes into view. */
export class Lazy {
  constructor(onshow) {
    this.shown = new Set();
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (!isIntersecting) this.shown.delete(target);
          else if (!this.shown.has(target)) {
            this.shown.add(target);
            onshow(target);
          }
        }
      },
      { rootMargin: "200px" },
    );
  }

  watch(nodes) {
    this.watcher.disconnect();
    this.shown.clear();
    for (const node of nodes) this.watcher.observe(node);
  }
}
