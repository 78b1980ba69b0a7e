"""A made-up but plausible training, for developing and testing the view without one.

Class means sit on an ellipse; each method starts from the same random linear logits and moves to
its own end: one keeps the pull of the class sizes, one removes it, and so on.

    python -m tests.plots.synthetic out.html --classes 8 --methods 4 --epochs 100 --grid 100
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harmony_core.frames import Frame, Scene

PULL = (1.0, 0.45, 0.1, 0.0)
LABELS = ("Cross-entropy", "LDAM, deferred", "Balanced softmax", "Harmonized")
NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
Array = NDArray[np.float64]


class Plane:
    """Gaussian classes in the plane with a long tail."""

    def __init__(self, classes: int, grid: int, tracked: int, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        angle = np.linspace(0, 2 * np.pi, classes, endpoint=False)
        self.means = np.stack([2.6 * np.cos(angle), 2.1 * np.sin(angle)], axis=1)
        if classes > 4:
            self.means[1] *= 0.3
        self.counts = (1000 * (1 / 50) ** (np.arange(classes) / (classes - 1))).astype(np.int64)
        self.targets = np.repeat(np.arange(classes), self.counts)
        noise = self.rng.normal(0, 0.85, (len(self.targets), 2))
        self.points = (self.means[self.targets] + noise).astype(np.float32)
        keep = np.sort(self.rng.permutation(len(self.targets))[:tracked])
        self.index, self.targets, self.points = keep, self.targets[keep], self.points[keep]
        self.extent = (-5.0, 5.0, -5.0, 5.0)
        step = (np.arange(grid) + 0.5) / grid * 10 - 5
        xs, ys = np.meshgrid(step, step)
        self.plane = np.stack([xs.ravel(), ys.ravel()], axis=1)
        self.test = self.means.repeat(200, axis=0) + self.rng.normal(0, 0.85, (classes * 200, 2))

    def scores(self, points: Array) -> Array:
        """(n, c) log density of each class, up to a constant."""
        squares = ((points[:, None] - self.means[None]) ** 2).sum(axis=2)
        return np.asarray(-squares / (2 * 0.85**2))


def make_scene(plane: Plane, grid: int) -> Scene:
    density = np.exp(plane.scores(plane.plane)).mean(axis=1)
    c = len(plane.means)
    flipped = np.zeros(len(plane.targets), dtype=bool)
    flipped[:: max(1, len(flipped) // 30)] = True
    truth = np.arange(c).repeat(200)
    return Scene(
        kind="points",
        class_names=tuple(f"class {chr(65 + i)}" for i in range(c)),
        train_counts=plane.counts,
        test_counts=np.full(c, 200),
        tracked_index=plane.index,
        tracked_targets=plane.targets,
        tracked_flipped=flipped,
        tracked_inputs=plane.points,
        extent=plane.extent,
        bayes_class=plane.scores(plane.plane).argmax(axis=1).astype(np.uint8).reshape(grid, grid),
        bayes_density=(density / density.sum()).astype(np.float32).reshape(grid, grid),
        bayes_accuracy=float((plane.scores(plane.test).argmax(axis=1) == truth).mean()),
    )


def make_frame(
    plane: Plane, method: int, epoch: int, epochs: int, grid: int, dense: bool = False
) -> Frame:
    """One frame; ``dense`` gives it a gradient density of its own."""
    c = len(plane.means)
    done = 1 - np.exp(-4 * epoch / epochs)
    start = np.random.default_rng(1).normal(0, 0.4, (2, c))
    bias = PULL[method % 4] * np.log(plane.counts / plane.counts.max()) * (0.4 + 0.6 * done)
    wobble = np.random.default_rng([2, method, epoch]).normal(0, 0.25 * (1 - 0.8 * done), c)

    def logits(points: Array) -> Array:
        return np.asarray(
            done * plane.scores(points) + (1 - done) * (points @ start) + bias + wobble
        )

    def probabilities(z: Array) -> Array:
        odds = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    sure = probabilities(logits(plane.plane))
    predicted = logits(plane.test).argmax(axis=1)
    confusion = np.zeros((c, c), dtype=np.int64)
    np.add.at(confusion, (np.arange(c).repeat(200), predicted), 1)
    z = logits(plane.points)
    own = probabilities(z)[np.arange(len(z)), plane.targets]
    g = 1 - own
    weight = np.ones(len(z)) if method < 2 else 0.6 + 1.6 * g**0.7
    bins = np.minimum((g * 50).astype(int), 49)
    counts = np.zeros((c, 50))
    np.add.at(counts, (plane.targets, bins), 1)
    weights = np.zeros((c, 50))
    np.add.at(weights, (plane.targets, bins), weight)
    pulls, squares = np.zeros((c, 50)), np.zeros(c)
    np.add.at(pulls, (plane.targets, bins), weight * g)
    np.add.at(squares, plane.targets, weight**2)
    if epoch == 0:
        counts, weights, pulls = (np.zeros((c, 50)) for _ in range(3))
    inter = plane.counts.sum() / (c * plane.counts) if method == 1 else np.ones(c)
    if method == 1:
        weights, pulls, squares = (weights.T * inter).T, (pulls.T * inter).T, squares * inter**2
        weight = inter[plane.targets]
    own_density = density(plane, g, epoch) if dense else {}
    return Frame(
        method=method,
        repeat=0,
        epoch=epoch,
        lr=0.1,
        train_loss=float("nan") if epoch == 0 else float(-np.log(own + 1e-9).mean()),
        test_loss=float(1.9 * np.exp(-3 * done) + 0.35 + 0.5 * PULL[method % 4]),
        ece=0.04 + 0.1 * PULL[method % 4] * float(done),
        auprc=0.5 + 0.3 * float(done),
        confusion=confusion,
        grad_counts=counts,
        grad_weights=weights,
        grad_pull=pulls,
        weight_square=squares * (epoch > 0),
        inter_weight=inter.astype(np.float32),
        head_norms=(
            1 + done * (plane.counts / plane.counts.max()) ** (0.3 * PULL[method % 4])
        ).astype(np.float32),
        tracked_weight=weight.astype(np.float32),
        tracked_grad_norm=g.astype(np.float32),
        tracked_logits=z.astype(np.float16),
        grid_class=sure.argmax(axis=1).astype(np.uint8).reshape(grid, grid),
        grid_confidence=np.rint(sure.max(axis=1) * 255).astype(np.uint8).reshape(grid, grid),
        **own_density,
    )


def density(plane: Plane, g: Array, epoch: int) -> dict[str, NDArray[np.generic]]:
    """Counts in M = round(N^(1/3)) regions a class, and weights that grow with g."""
    regions = np.clip(np.rint(plane.counts ** (1 / 3)), 2, 30).astype(np.int64)
    counts = np.zeros((len(regions), regions.max()), dtype=np.float32)
    region = np.minimum((g * regions[plane.targets]).astype(int), regions[plane.targets] - 1)
    np.add.at(counts, (plane.targets, region), 1)
    inside = np.arange(regions.max()) < regions[:, None]
    weight = (0.6 + 1.6 * (np.arange(regions.max()) + 0.5) / regions[:, None]) * inside
    return {
        "density": counts * (epoch > 0),
        "regions": regions,
        "region_weight": weight.astype(np.float32),
    }


def make_run(
    classes: int = 3, methods: int = 2, epochs: int = 4, grid: int = 12, tracked: int = 60
) -> tuple[Scene, list[list[Frame]], list[str]]:
    """A scene in the plane, its frames by epoch and method, and the methods' labels."""
    plane = Plane(classes, grid, tracked)
    frames = [
        [make_frame(plane, m, e, epochs, grid, m == methods - 1) for m in range(methods)]
        for e in range(epochs + 1)
    ]
    return make_scene(plane, grid), frames, list(LABELS[:methods])


def make_image_run(
    classes: int = 10, methods: int = 3, epochs: int = 20, tracked: int = 40, side: int = 8
) -> tuple[Scene, list[list[Frame]], list[str]]:
    """The same without a plane to draw, as image data comes."""
    scene, frames, labels = make_run(classes, methods, epochs, grid=8, tracked=tracked)
    names = NAMES if classes <= 10 else tuple(f"class {i}" for i in range(classes))
    scene = Scene(
        kind="images",
        class_names=names[:classes],
        train_counts=scene.train_counts,
        test_counts=scene.test_counts,
        tracked_index=scene.tracked_index,
        tracked_targets=scene.tracked_targets,
        tracked_flipped=np.zeros_like(scene.tracked_flipped),
        tracked_inputs=pictures(scene.tracked_targets, side),
    )
    for row in frames:
        for frame in row:
            object.__setattr__(frame, "grid_class", None)
            object.__setattr__(frame, "grid_confidence", None)
    return scene, frames, labels


def pictures(targets: NDArray[np.integer], side: int) -> NDArray[np.uint8]:
    """Stripes whose colour and angle go with the class, a little different for each sample."""
    y, x = np.mgrid[:side, :side] / side
    phase = np.random.default_rng(4).random(len(targets))[:, None, None]
    turn = targets[:, None, None] * 0.7
    wave = np.sin(12 * (x * np.cos(turn) + y * np.sin(turn)) + 6 * phase)
    tint = 0.5 + 0.5 * np.cos(targets[:, None] + np.array([0.0, 2.1, 4.2]))
    return np.rint(255 * (0.5 + 0.5 * wave)[..., None] * tint[:, None, None]).astype(np.uint8)


def page(
    wires: dict[str, bytes],
    theme: str = "light",
    autostart: bool = True,
    options: dict[str, Any] | None = None,
    script: str | None = None,
) -> str:
    """One HTML page with the bundle and base64 payloads; ``window.view`` is the mounted view.

    ``script`` replaces the bundle.
    """
    import base64
    import json

    from harmony_core.viewer import ARENA
    from harmony_core.viewer.bundle import bundle, stylesheet

    surface, ink, accent = {
        "light": ("#ffffff", "#1a2230", "#23395b"),
        "dark": ("#12161c", "#e7ebf1", "#4f7fc4"),
    }[theme]
    data = json.dumps({name: base64.b64encode(wire).decode() for name, wire in wires.items()})
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>View</title><style>
:root {{ --st-background-color: {surface}; --st-text-color: {ink}; --st-primary-color: {accent}; }}
body {{ margin: 0; padding: 0 16px 60px; background: var(--st-background-color);
  max-width: 1360px; margin-inline: auto }}
{stylesheet()}</style><div class="hv"></div><script type="module">
{bundle(adapter=False) if script is None else script}
const wires = {data};
Object.assign(window, harmonyView);
window.log = [];
window.payload = (name) => unpackWire(Uint8Array.from(atob(wires[name]), (c) => c.charCodeAt(0)));
window.callbacks = {{
  need: (run, since) => log.push(["need", run, since]),
  epoch: (n) => log.push(["epoch", n]),
  selected: (s) => log.push(["selected", s]),
  draft: (points) => log.push(["draft", points]),
  painted: (points) => log.push(["painted", points]),
}};
window.start = (name, options) => {{
  const {{ meta, blob }} = payload(name);
  const shown = {{ panels: {json.dumps(ARENA)}, ...options }};
  const given = {{ meta: {{ ...meta, options: shown }}, blob }};
  window.view = mount(document.querySelector(".hv"), given, callbacks);
}};
{f"start(Object.keys(wires)[0], {json.dumps(options or {})});" if autostart else ""}
window.ready = true;
</script></html>"""


def main() -> None:
    import argparse

    from harmony_core.viewer import ARENA, build_payload, parts_of

    parser = argparse.ArgumentParser(description="Write a page with the view of a made-up run.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--classes", type=int, default=8)
    parser.add_argument("--methods", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--grid", type=int, default=100)
    parser.add_argument("--tracked", type=int, default=2000)
    parser.add_argument("--images", action="store_true")
    parser.add_argument("--panels", nargs="*", default=list(ARENA))
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    args = parser.parse_args()
    if args.images:
        run = make_image_run(args.classes, args.methods, args.epochs, args.tracked, 32)
    else:
        run = make_run(args.classes, args.methods, args.epochs, args.grid, args.tracked)
    scene, frames, labels = run
    parts = parts_of(args.panels)
    payload = build_payload("made-up", scene, labels, frames, args.epochs, "done", parts=parts)
    html = page({"all": payload.wire()}, args.theme, options={"panels": args.panels})
    args.out.write_text(html, encoding="utf-8")
    sys.stdout.write(f"blob {len(payload.blob) / 1e6:.2f} MB, wire {len(payload.wire()):,} bytes\n")


if __name__ == "__main__":
    main()
