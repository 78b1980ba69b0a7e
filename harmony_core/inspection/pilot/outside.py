"""A contestant of the pilot trained on given samples, for scripts that use what the pilot advised.

Axes: n samples, d features, c classes, m new samples.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...data.copies import equal_samples
from ...errors import ConfigError
from ...readers.messages import quoted
from .contestants import CONTESTANTS
from .data import PilotData
from .task import SplitTask


def contestant_predictions(
    name: str,
    features: Array,
    codes: Array,
    new: Array,
    classes: int,
    *,
    metric: str = "balanced_accuracy",
    seed: int = 0,
) -> tuple[Array, str]:
    """(m, c) log-probabilities of ``new`` (m, d), and the settings that were chosen, in words.

    Trains contestant ``name`` of `CONTESTANTS` on ``features`` (n, d) and ``codes`` (n,) in [0, c);
    settings are chosen on inner splits by ``metric``, and equal samples stay on one side of them.
    The same arguments give the same result. Raises `ConfigError` for an unknown contestant, for a
    network, and for one whose package is missing.
    """
    known = [c.name for c in CONTESTANTS.values() if c.fit is not None and c.family != "network"]
    if name not in known:
        raise ConfigError(f"Expected one of {', '.join(known)}, but got {quoted(name)}.")
    if reason := CONTESTANTS[name].unavailable():
        raise ConfigError(reason)
    both = np.concatenate([features, new]).astype(np.float32)
    n, total = len(features), len(features) + len(new)
    data = PilotData(
        both,
        np.concatenate([codes, np.zeros(len(new), dtype=np.int64)]),
        tuple(map(str, range(classes))),
        np.arange(classes),
        np.zeros(total, dtype=bool),
        "columns of a table",
        "table",
        equal_samples(both),
        np.arange(total),
        (),
    )
    task = SplitTask(
        data, np.arange(n), np.arange(n, total), seed, metric, {}, lambda: None, name=name
    )
    return task.of(name), str(task.notes_of(name).get("recipe", ""))
