"""What has to be said next to the numbers of a study, so that nobody reads more into them."""

from __future__ import annotations

from collections.abc import Sequence

from ..data.holdout import SHARE
from ..data.registry import DATASETS
from .plan import Study
from .study_result import StudyResult

TUNED_ON = (range(8), range(100, 120), range(300, 310))
"""The seeds on which the default settings of the harmonized loss were chosen (docs/method.md)."""


def framing(result: StudyResult) -> list[str]:
    """Sentences on seeds, data, tuning and machine."""
    study = result.study
    told = [
        f"Seeds: {seeds_text(study)}. A seed decides the draw of the data, the initial weights and "
        "the order of batches, and is the same for all methods.",
        "All seeds of a setting draw from the same data set. An interval covers the luck of the "
        "draw, the initial weights and the order; it does not cover another data set.",
        _tuning(study),
        f"All figures are of the last epoch, on {named_test_set(study)}.",
        result.environment.sentence(),
    ]
    return [sentence for sentence in told if sentence]


def named_test_set(study: Study) -> str:
    """The test set in words: settings on one's own files may have one that is not balanced.

    Balanced accuracy is the mean of the class recalls on either.
    """
    shared = any(setting.config.data.params.get("holdout") == SHARE for setting in study.settings)
    return "the test set" if shared else "a balanced test set"


def seeds_text(study: Study) -> str:
    """The seeds of a study: "100 to 119"; of settings that differ, each kind once.

    Seeds of a setting follow one another.
    """
    kinds = dict.fromkeys(setting.seeds for setting in study.settings)
    return "; ".join(_range(seeds) for seeds in kinds)


def _range(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return str(seeds[0])
    return f"{seeds[0]} to {seeds[-1]}"


def _tuning(study: Study) -> str:
    known = {seed for seeds in TUNED_ON for seed in seeds}
    tuned = [setting for setting in study.settings if _tuned(setting.config.data.name)]
    used = {seed for setting in tuned for seed in setting.seeds} & known
    spans = [_range(seeds) for seeds in TUNED_ON]
    start = (
        "The default settings of the harmonized loss were chosen on scenarios in the plane and on "
        f"digits, seeds {', '.join(spans[:-1])} and {spans[-1]}"
    )
    if used:
        return f"{start}; this study has {len(used)} of these seeds, which may flatter that loss."
    return f"{start}; this study has none of these seeds{'' if tuned else ' on such data'}."


def _tuned(data: str) -> bool:
    """Whether the default settings were chosen on data of this kind."""
    return DATASETS[data].kind == "points" or data == "digits"
