"""Which recorded epochs a page is sent, where those of many classes would be too much for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..frames import Frame, Scene
from .frame_arrays import layout_of, record
from .panels import parts_of

PAYLOAD_MOST = 32_000_000
"""Bytes of the arrays of one page; the browser needs two to three times as much."""
FEW_CLASSES = 120
"""Up to so many classes every recorded epoch is sent."""


def epoch_bytes(scene: Scene, frames: Sequence[Frame], panels: Iterable[str]) -> int:
    """Bytes that ``panels`` are sent of one epoch, its ``frames`` one for each method."""
    layout = layout_of(frames, parts_of(panels))
    return sum(
        -(-array.nbytes // 4) * 4
        for frame in frames
        for array, _ in record(frame, scene, layout).values()
    )


def epoch_step(
    scene: Scene,
    frames: Sequence[Frame],
    panels: Iterable[str],
    epochs: int,
    most: int = PAYLOAD_MOST,
) -> int:
    """The least step by which so many recorded ``epochs`` fit into ``most`` bytes.

    ``frames`` are those of one epoch. At least the first and the last epoch are sent.
    """
    if len(scene.class_names) <= FEW_CLASSES or epochs < 2:
        return 1
    fit = max(2, most // max(1, epoch_bytes(scene, frames, panels)))
    return max(1, -(-(epochs - 1) // (fit - 1)))


def kept_epochs(recorded: Sequence[int], step: int, *, ended: bool) -> list[int]:
    """Every ``step``-th recorded epoch from the first; the last one too once the run has ended."""
    kept = list(recorded[::step])
    if ended and recorded and kept[-1] != recorded[-1]:
        kept.append(recorded[-1])
    return kept


def sparse_sentence(step: int, classes: int) -> str:
    """What a page says of the epochs that it leaves out; empty if none."""
    if step == 1:
        return ""
    return (
        f"To keep a page with {classes:,} classes light, it holds every {ordinal(step)} recorded "
        "epoch and the last."
    )


def ordinal(n: int) -> str:
    """2nd, 3rd, 4th."""
    last = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{last}"
