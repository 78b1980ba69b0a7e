"""Pilots of version 0.1.0, which compared five losses of a small network, as they are today.

Axes: s splits, c classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...analysis.accuracy import group_recall, recall
from ...arrays import Array
from ..pilot.metrics import METRICS
from ..pilot.options import PilotOptions
from ..pilot.pilot import Pilot
from ..pilot.trial import Trial
from ..tail.groups import GROUPS

NAMES = {
    "cross-entropy": ("network", 50),
    "re-weighting": ("network_reweighting", 53),
    "balanced softmax": ("network_balanced_softmax", 54),
    "LDAM-DRW": ("network_ldam_drw", 55),
    "harmonized": ("network_harmonized", 56),
}
"""Label → name among the contestants of today, and simplicity."""


def is_old_pilot(fields: dict[str, Any]) -> bool:
    """Whether the fields are those of a pilot of 0.1.0."""
    return "epochs" in fields and "options" not in fields


def is_old_trial(fields: dict[str, Any]) -> bool:
    """Whether the fields are those of a trial of 0.1.0."""
    return "density" in fields and "name" not in fields


def pilot_of(fields: dict[str, Any]) -> Pilot:
    """The pilot of today from the fields of an old one, whose trials are fields, too.

    Only recalls can be computed from what was stored; other figures are NaN.
    """
    trials = tuple(_trial(trial, fields["groups"]) for trial in fields["trials"])
    plain = next((t for t in fields["trials"] if t["label"] == "cross-entropy"), None)
    splits = len(trials[0].confusion)
    return Pilot(
        trials=trials,
        names=fields["names"],
        classes=fields["classes"],
        groups=fields["groups"],
        counts=fields["counts"],
        totals=fields["counts"],
        tested=fields["tested"],
        tests=trials[0].confusion.sum(axis=2),
        overlap=float(fields["overlap"]["balanced_accuracy"]),
        options=PilotOptions(seeds=splits if splits > 1 else None),
        seconds=fields["seconds"],
        described=fields["described"],
        curve=fields["curve"],
        density=None if plain is None else plain["density"],
        left_out=fields["left_out"],
        notes=fields["notes"],
    )


def name_of(label: str) -> str:
    """The name of today of a method that an old recommendation names by its label."""
    return NAMES[label][0] if label in NAMES else label


def _trial(fields: dict[str, Any], groups: Array) -> Trial:
    name, simplicity = NAMES[fields["label"]]
    confusion = fields["confusion"]
    recalls = np.stack([recall(split) for split in confusion])
    values = {metric: np.full(len(recalls), np.nan) for metric in METRICS}
    values["balanced_accuracy"] = np.nanmean(recalls, axis=1)
    by_group = np.stack([group_recall(r, groups) for r in recalls])
    values |= {group: by_group[:, g] for g, group in enumerate(GROUPS)}
    return Trial(
        name=name, label=f"network, {fields['label']}", family="network", simplicity=simplicity,
        remedy="" if name == "network" else "loss", method=fields["method"], confusion=confusion,
        values=values, auprc=np.full(recalls.shape, np.nan),
    )  # fmt: skip
