"""The contestants of the pilot, in order of simplicity. One file and one entry adds another."""

from __future__ import annotations

from collections.abc import Sequence

from ....errors import ConfigError
from ....parameters import show
from . import boosting, fine_tune, forest, logistic
from .network import NETWORKS
from .posthoc import posthoc
from .resampled import resampled
from .spec import FAMILIES, REMEDIES, Contestant

_LEARNERS = (logistic, forest, boosting)

CONTESTANTS: dict[str, Contestant] = {
    c.name: c
    for c in sorted(
        (
            *(each for learner in _LEARNERS for each in (learner.PLAIN, learner.BALANCED)),
            *(each for learner in _LEARNERS for each in posthoc(learner.PLAIN)),
            *(each for learner in _LEARNERS for each in resampled(learner.PLAIN)),
            *NETWORKS,
            *posthoc(NETWORKS[0], thresholds=False),
            fine_tune.PLAIN,
            fine_tune.BALANCED,
            *posthoc(fine_tune.PLAIN, thresholds=False),
        ),
        key=lambda c: c.simplicity,
    )
}
"""By name."""
WORDS = (*FAMILIES, *(remedy for remedy in REMEDIES if remedy))
"""What else ``--methods`` takes: a family or a remedy, and ``default``."""


def chosen(names: Sequence[str] | None, kind: str = "") -> tuple[Contestant, ...]:
    """Contestants by name, family or remedy, in order of simplicity.

    ``None`` stands for those that run by default on a ``kind`` of data; so does the word
    ``default`` beside others. Of a family, those that cannot run here are left out. Raises
    `ConfigError` for an unknown name, for one that cannot run here, and for no name at all.
    """
    wanted = ("default",) if names is None else tuple(names)
    found: dict[str, Contestant] = {}
    for name in wanted:
        found |= {c.name: c for c in _named(name, kind)}
    if not found:
        raise ConfigError("Expected at least one method to try, but got none.")
    return tuple(c for c in CONTESTANTS.values() if c.name in found)


def _named(name: str, kind: str) -> list[Contestant]:
    everything = CONTESTANTS.values()
    if name == "default":
        wanted = [c for c in everything if (kind in c.default if kind else c.default)]
        return [c for c in wanted if not c.unavailable()]
    if name in CONTESTANTS:
        own = CONTESTANTS[name]
        if reason := own.unavailable():
            raise ConfigError(reason)
        return [own]
    group = [c for c in everything if name in (c.family, c.remedy)] if name in WORDS else []
    able = [c for c in group if not c.unavailable()]
    if able:
        return able
    if group:
        raise ConfigError(group[0].unavailable())
    raise ConfigError(
        f"Expected --methods to name families or remedies ({', '.join(WORDS)}) or methods "
        f"({', '.join(CONTESTANTS)}), but got {show(name)}."
    )
