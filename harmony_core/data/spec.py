"""What a data set declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..parameters import Parameter, Value
from ..readers.messages import Progress
from .densities import Mixture

__all__ = ["DatasetSpec", "Progress"]


@dataclass(frozen=True)
class DatasetSpec:
    """What a data set offers; ``factory`` names ``module:function`` and is imported when used."""

    name: str
    title: str
    summary: str
    kind: str
    parameters: tuple[Parameter, ...]
    factory: str
    default_model: str
    classes: int | None
    """Number of classes where it is fixed."""
    profiles: tuple[str, ...]
    """Profiles that make sense for it; the first is the one to offer."""
    augments: bool = False
    """Whether training images are cropped and mirrored at random."""
    features: bool = False
    """Whether features for the embedding are recorded by default; points always keep theirs."""
    lesson: str = ""
    """What there is to find out with it, in one sentence."""
    truth: Callable[[Mapping[str, Value]], Mixture] | None = None
    """The densities that all parameters give, where they are known."""
