"""The view's payload of a whole repeat, with fewer epochs if it would be too large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import RunError
from ..runs.record import ExperimentRecord
from ..runs.results import curves_of
from ..runs.store import RunStore
from ..viewer.bands import view_bands
from ..viewer.epoch_step import epoch_step, ordinal
from ..viewer.payload import Payload
from ..viewer.run_payload import run_payload

MIN_EPOCHS = 2
LOOSENED = 4
"""Of many classes, epochs that would have to be compressed more than this are not read at all."""


@dataclass(frozen=True)
class Recording:
    """A payload, and how many of the recorded epochs it holds."""

    payload: Payload
    stride: int
    """Each ``stride``-th recorded epoch is kept, and the last."""
    kept: int
    recorded: int

    @property
    def sentence(self) -> str:
        """Which epochs were kept; empty if all were."""
        if self.stride == 1:
            return ""
        return (
            f"To keep this small, it holds {self.kept} of {self.recorded} recorded epochs, every "
            f"{ordinal(self.stride)} and the last."
        )


def record_all(
    store: RunStore,
    record: ExperimentRecord,
    panels: Sequence[str],
    *,
    repeat: int = 0,
    max_bytes: int,
    size: Callable[[Payload], int],
    with_bands: bool = False,
) -> Recording:
    """The recording with the most epochs whose ``size`` is at most ``max_bytes``.

    ``with_bands`` adds the curves of all repeats, if there are several. Raises `RunError` if the
    repeat has no frames, or if its first and last epoch alone are too large.
    """
    epochs = store.epochs(record.id, repeat)
    if not epochs:
        raise RunError(
            f"Expected experiment {record.id} to have recorded an epoch of repeat {repeat}, but "
            "it has not. Wait for its first epoch, or resume it."
        )
    scene = store.scene(record.id, repeat)
    first = store.frames(record.id, repeat, epochs[0])
    frames = {epochs[0]: first}
    bands = None
    if with_bands and record.config.seeds.repeats > 1:
        bands = view_bands(curves_of(store, record))
    stride = epoch_step(scene, first, panels, len(epochs), LOOSENED * max_bytes)
    while True:
        kept = [*epochs[: len(epochs) - 1 : stride], epochs[-1]]
        for epoch in kept:
            if epoch not in frames:
                frames[epoch] = store.frames(record.id, repeat, epoch)
        shown = [frames[epoch] for epoch in kept]
        payload = run_payload(record, record.id, scene, shown, panels, bands=bands)
        payload_bytes = size(payload)
        if payload_bytes <= max_bytes:
            return Recording(payload, stride, len(kept), len(epochs))
        if len(kept) <= MIN_EPOCHS:
            raise RunError(
                f"Expected two epochs of experiment {record.id} to fit into {max_bytes:,} bytes, "
                f"but they take {payload_bytes:,}. Record fewer samples or a smaller grid, "
                "or allow more."
            )
        stride = max(stride + 1, int(stride * payload_bytes / max_bytes))
