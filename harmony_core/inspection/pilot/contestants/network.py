"""A small network, with cross-entropy and with the losses for long tails."""

from __future__ import annotations

from ....config import MethodConfig
from .spec import Contestant

NETWORKS: tuple[Contestant, ...] = tuple(
    Contestant(
        name=name,
        label=f"network, {title}",
        family="network",
        simplicity=simplicity,
        remedy="loss" if name != "network" else "",
        plain="network" if name != "network" else "",
        method=method,
    )
    for name, title, simplicity, method in (
        ("network", "cross-entropy", 50, MethodConfig("ce")),
        ("network_reweighting", "re-weighting", 53, MethodConfig("class_balanced")),
        ("network_balanced_softmax", "balanced softmax", 54, MethodConfig("balanced_softmax")),
        ("network_ldam_drw", "LDAM-DRW", 55, MethodConfig("ldam", deferral="drw")),
        ("network_harmonized", "harmonized", 56, MethodConfig("harmonized")),
    )
)
