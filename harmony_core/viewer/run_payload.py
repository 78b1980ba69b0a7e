"""The payload of an experiment: its frames with the names and the length that its record gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..experiments.method_text import method_labels
from ..frames import Frame, Scene
from ..runs.record import ExperimentRecord
from .panels import parts_of
from .payload import Payload, build_payload


def run_payload(
    record: ExperimentRecord,
    name: str,
    scene: Scene,
    frames: Sequence[Sequence[Frame]],
    panels: Sequence[str],
    *,
    since: int = -1,
    bands: dict[str, Any] | None = None,
    sparse: str = "",
) -> Payload:
    """What ``panels`` draw of ``frames``, the epochs of ``record`` after ``since``.

    ``name`` tells its repeats apart in the browser; ``sparse`` says which epochs ``frames`` lacks.
    Raises what `build_payload` raises.
    """
    return build_payload(
        name,
        scene,
        method_labels(record.config.methods),
        frames,
        record.config.epochs,
        record.state,
        since=since,
        parts=parts_of(panels),
        bands=bands,
        sparse=sparse,
    )
