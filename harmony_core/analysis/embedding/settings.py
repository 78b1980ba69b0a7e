"""The settings of a picture, each with one line on its effect."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ...errors import ConfigError
from ...parameters import Parameter

SETTINGS: tuple[Parameter, ...] = (
    Parameter(
        "layout",
        "umap",
        "umap keeps neighbours together; pca is a flat shadow of the features, which keeps large "
        "distances and hides the rest; plane puts 2-D points at their own coordinates.",
        choices=("umap", "pca", "plane"),
    ),
    Parameter(
        "n_neighbors",
        15,
        "Few neighbours show small clumps and tear the map apart; many show the large shape and "
        "blur what is rare.",
        low=3,
        high=100,
    ),
    Parameter(
        "min_dist",
        0.1,
        "How close dots may be: near 0 packs look-alikes into tight knots, near 1 spreads them "
        "evenly. Neither changes who is whose neighbour.",
        low=0.0,
        high=0.99,
    ),
    Parameter(
        "mixing",
        0.3,
        "Share λ of the network's answer in the distance between two samples. At 0, features alone "
        "place the dots; a larger share pulls together samples that get the same prediction.",
        low=0.0,
        high=1.0,
    ),
    Parameter(
        "metric",
        "euclidean",
        "euclidean compares features as they are; cosine ignores how strongly a sample excites "
        "the network and compares only the pattern.",
        choices=("euclidean", "cosine"),
    ),
    Parameter(
        "seed",
        0,
        "Other random numbers for the layout of the same data: what looks different then is due to "
        "chance.",
        low=0,
        high=2**31 - 1,
    ),
)


@dataclass(frozen=True)
class EmbeddingSettings:
    """How samples are placed; `SETTINGS` declares ranges and what each does."""

    layout: str = "umap"
    n_neighbors: int = 15
    min_dist: float = 0.1
    mixing: float = 0.3
    metric: str = "euclidean"
    seed: int = 0

    def __post_init__(self) -> None:
        for parameter in SETTINGS:
            value = parameter.check(getattr(self, parameter.name), "embedding setting")
            object.__setattr__(self, parameter.name, value)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> EmbeddingSettings:
        known = [parameter.name for parameter in SETTINGS]
        for name in values:
            if name not in known:
                raise ConfigError(
                    f"Expected an embedding setting ({', '.join(known)}), but got {name!r}."
                )
        return cls(**values)

    @property
    def key(self) -> str:
        """Twelve characters that differ for different settings; names a folder."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
