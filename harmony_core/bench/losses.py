"""The harmonized loss compared with cross-entropy, and with GHM as a loop over bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from .table import Row, seconds
from .timing import Timing, interleaved, wait_for

if TYPE_CHECKING:
    import torch
    from torch import Tensor

QUICK = tuple((n, c) for n in (128, 1024) for c in (10, 100, 1000))
FULL = tuple((n, c) for n in (128, 1024, 8192) for c in (10, 100, 1000, 8142))
MIN_SECONDS = 0.05
"""A shorter task is called several times in each measurement."""
LOSS_RATIO = 2.0
"""Target: at most this many times the time of cross-entropy, from 1000 classes on."""
STEP_RATIO = 1.05
"""Target: at most this many times the time of a ResNet-32 step with cross-entropy."""


def long_tail(classes: int, factor: float = 100.0, largest: float = 5000.0) -> list[int]:
    """Exponentially falling class counts, ``factor`` from the first to the last."""
    share = np.arange(classes) / max(classes - 1, 1)
    return [int(count) for count in np.maximum(largest * factor**-share, 1)]


class LoopGHM:
    """GHM-C as usually written: a Python loop over bins, with a mask and a count for each.

    Written for this comparison, with a moving average of the counts. Each count waits for the GPU.
    """

    def __init__(self, bins: int = 30, momentum: float = 0.75) -> None:
        self.edges = [i / bins for i in range(bins)] + [1.0 + 1e-6]
        self.momentum = momentum
        self.average = [0.0] * bins

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        import torch
        from torch.nn import functional as F

        with torch.no_grad():
            true = F.softmax(logits, dim=1).gather(1, targets[:, None])[:, 0]
            difficulty = 1 - true
            weight = torch.zeros_like(difficulty)
            filled = 0
            for i, average in enumerate(self.average):
                inside = (difficulty >= self.edges[i]) & (difficulty < self.edges[i + 1])
                count = int(inside.sum().item())
                if count > 0:
                    mixed = self.momentum * average + (1 - self.momentum) * count
                    self.average[i] = mixed
                    weight[inside] = len(logits) / mixed
                    filled += 1
            weight = weight / max(filled, 1)
        return (weight * F.cross_entropy(logits, targets, reduction="none")).mean()


def time_losses(
    samples: int, classes: int, repeats: int, device: torch.device
) -> dict[str, Timing]:
    """Time the forward and backward pass of four losses on the same logits.

    Cross-entropy, harmonized, `losses.GHMLoss` and GHM as a loop; on a GPU also cross-entropy and
    harmonized replayed from a CUDA graph.
    """
    import torch
    from torch.nn import functional as F

    from ..losses import build_loss

    rng = torch.Generator().manual_seed(0)
    counts = long_tail(classes)
    logits = (3 * torch.randn(samples, classes, generator=rng)).to(device).requires_grad_()
    drawn = torch.multinomial(torch.tensor(counts).float(), samples, True, generator=rng)
    targets = drawn.to(device)
    losses: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "cross-entropy": F.cross_entropy,
        "harmonized": build_loss("harmonized", counts).to(device),
        "GHM": build_loss("ghm", counts).to(device),
        "GHM, loop over bins": LoopGHM(),
    }

    def step(loss: Callable[[Tensor, Tensor], Tensor]) -> Callable[[], None]:
        def run() -> None:
            logits.grad = None
            loss(logits, targets).backward()  # type: ignore[no-untyped-call]

        return run

    tasks: dict[str, Callable[[], object]] = {name: step(loss) for name, loss in losses.items()}
    if device.type == "cuda":
        from ..training.steppers.cuda_graph import CudaStream

        for name in ("cross-entropy", "harmonized"):
            stream = CudaStream(device)
            with stream.use():
                for _ in range(3):
                    tasks[name]()
                tasks[f"{name}, captured"] = stream.capture(step(losses[name]))
    return interleaved(tasks, repeats, min_seconds=MIN_SECONDS, finish=wait_for(device.type))


def rows(full: bool, repeats: int, device: torch.device) -> Iterator[Row]:
    """The losses without a network, at each size."""
    for samples, classes in FULL if full else QUICK:
        times = time_losses(samples, classes, repeats, device)
        entropy, harmonized = times["cross-entropy"], times["harmonized"]
        size = f"{samples:,} × {classes:,}, {device.type.upper()}"
        yield Row(
            f"harmonized, forward + backward, {size}", seconds(harmonized.median),
            f"{seconds(harmonized.low)} – {seconds(harmonized.high)}",
            f"cross-entropy {seconds(entropy.median)}", harmonized.ratio_to(entropy),
            *_target(harmonized.ratio_to(entropy), classes, device.type == "cpu"),
        )  # fmt: skip
        if "harmonized, captured" in times:
            ratio = times["harmonized, captured"].ratio_to(times["cross-entropy, captured"])
            yield Row(
                f"the same, captured, {size}", seconds(times["harmonized, captured"].median), "",
                f"cross-entropy {seconds(times['cross-entropy, captured'].median)}", ratio,
                *_target(ratio, classes, True),
            )  # fmt: skip
        for name in ("GHM", "harmonized"):
            loop = times["GHM, loop over bins"]
            yield Row(
                f"GHM as a loop over 30 bins, {size}", seconds(loop.median), "",
                f"our {name} {seconds(times[name].median)}", loop.ratio_to(times[name]),
            )  # fmt: skip


def _target(ratio: float, classes: int, has_target: bool) -> tuple[str, bool | None]:
    if classes < 1000 or not has_target:
        return "", None
    return f"≤ {LOSS_RATIO:g} ×", ratio <= LOSS_RATIO


def training_step(model: str, batch: int, repeats: int, device: torch.device) -> Row:
    """A whole training step on 32 × 32 colour images, with harmonized and with cross-entropy."""
    import torch
    from torch.nn import functional as F

    from ..losses import build_loss
    from ..models import build_model

    rng = torch.Generator().manual_seed(0)
    counts = long_tail(10)
    images = torch.randn(batch, 3, 32, 32, generator=rng).to(device)
    images = images.contiguous(memory_format=torch.channels_last)
    targets = torch.randint(0, 10, (batch,), generator=rng).to(device)
    network = build_model(model, (3, 32, 32), 10, generator=rng).to(device)
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, fused=True)

    def step(loss: Callable[[Tensor, Tensor], Tensor]) -> Callable[[], None]:
        def run() -> None:
            optimizer.zero_grad(set_to_none=True)
            loss(network(images).float(), targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

        return run

    times = interleaved(
        {
            "ce": step(F.cross_entropy),
            "harmonized": step(build_loss("harmonized", counts).to(device)),
        },
        repeats,
        min_seconds=MIN_SECONDS,
        finish=wait_for(device.type),
    )
    ratio = times["harmonized"].ratio_to(times["ce"])
    target = (f"≤ {STEP_RATIO:g} ×", ratio <= STEP_RATIO) if model == "resnet32" else ("", None)
    return Row(
        f"step of {model}, batch {batch}, harmonized, {device.type.upper()}",
        seconds(times["harmonized"].median),
        f"{seconds(times['harmonized'].low)} – {seconds(times['harmonized'].high)}",
        f"cross-entropy {seconds(times['ce'].median)}", ratio, *target,
    )  # fmt: skip
