"""Pilots of four classes that were never run: what they measured is written down here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harmony_core.config import MethodConfig
from harmony_core.inspection.pilot.metrics import METRICS
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import Pilot
from harmony_core.inspection.pilot.trial import Trial

Values = float | Sequence[float]
PRICE = {"tail_precision": 0.8, "auprc": 0.7, "macro_f1": 0.7, "log_loss": 0.5, "ece": 0.05}
NAMES = ("a", "b", "c", "d")
COUNTS = np.array([900, 300, 30, 20])


def trial(
    name: str,
    balanced: Values,
    *,
    family: str = "",
    simplicity: int = 0,
    remedy: str = "",
    splits: int = 10,
    settled: bool = True,
    same_as: str = "",
    method: MethodConfig | None = None,
    **others: Values,
) -> Trial:
    """A trial whose balanced accuracy is ``balanced``, by split or the same in all."""
    given: Mapping[str, Any] = {"accuracy": 0.9, **PRICE, **others, "balanced_accuracy": balanced}
    values = {
        metric: np.broadcast_to(np.asarray(given.get(metric, balanced), float), (splits,)).copy()
        for metric in METRICS
    }
    confusion = np.zeros((splits, 4, 4), dtype=np.int64)
    for s, share in enumerate(values["balanced_accuracy"]):
        for c, n in enumerate((90, 30, 3, 2)):
            right = round(n * float(share))
            confusion[s, c, c] = right
            confusion[s, c, (c + 1) % 4] += n - right
    return Trial(
        name=name, label=name.replace("_", ", "), family=family or name.split("_")[0],
        simplicity=simplicity, remedy=remedy, method=method, confusion=confusion, values=values,
        auprc=np.full((splits, 4), 0.5), settled=settled, same_as=same_as,
    )  # fmt: skip


def pilot(*trials: Trial, overlap: float = 0.25, **fields: Any) -> Pilot:
    """A pilot of these trials; later ones are less simple unless they say otherwise."""
    splits = len(trials[0].confusion) if trials else 10
    values: dict[str, Any] = {
        "names": NAMES, "classes": np.arange(4), "groups": np.array([0, 1, 2, 2]),
        "counts": COUNTS, "totals": COUNTS, "tested": COUNTS,
        "tests": np.broadcast_to(np.array([90, 30, 3, 2]), (splits, 4)), "overlap": overlap,
        "options": PilotOptions(), "seconds": 1.0, "described": "4 features from 4 columns",
    }  # fmt: skip
    return Pilot(trials=trials, **{**values, **fields})
