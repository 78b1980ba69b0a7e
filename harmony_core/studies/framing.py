"""What has to be said next to the numbers of a study, so that nobody reads more into them."""

from __future__ import annotations

from collections.abc import Sequence

from .plan import Study
from .study_result import StudyResult

TUNED_ON = range(8)
"""The seeds on which the default settings of the harmonized loss were chosen."""


def framing(result: StudyResult) -> list[str]:
    """Sentences on seeds, data, tuning and machine."""
    study = result.study
    told = [
        f"Seeds: {seeds_text(study)}. A seed decides the draw of the data, the initial weights and "
        "the order of batches, and is the same for all methods.",
        "All seeds of a setting draw from the same data set. An interval covers the luck of the "
        "draw, the initial weights and the order; it does not cover another data set.",
        _tuning(study),
        "All figures are of the last epoch, on a balanced test set.",
        result.environment.sentence(),
    ]
    return [sentence for sentence in told if sentence]


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
    used = sorted({seed for setting in study.settings for seed in setting.seeds} & set(TUNED_ON))
    start = (
        f"The default settings of the harmonized loss were chosen on seeds {TUNED_ON[0]} to "
        f"{TUNED_ON[-1]} of some of the scenarios in the plane"
    )
    if used:
        return (
            f"{start}, and this study has {len(used)} of these seeds, which may flatter that loss."
        )
    return f"{start}; this study has none of these seeds."
