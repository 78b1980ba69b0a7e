"""What may be said of a study, each sentence derived from its numbers.

A difference is called clear only if the interval that holds for all comparisons at once excludes 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..analysis.intervals import Estimate
from ..analysis.seeds import METRICS
from ..analysis.summary import TITLES
from .comparison import BETTER, ONE_SEED, UNCLEAR, WORSE, Comparison
from .ranks import Ranks
from .statistics import MARGIN, PARTS, Statistics

NATS = "test_loss"
PLACES = {"head": "head", "medium": "medium", "tail": "tail", "hard_part": "hard parts"}


def figure_title(figure: str) -> str:
    """A figure in words: "Balanced accuracy"."""
    if figure == "hard_part":
        return "Hard parts"
    return METRICS.get(figure) or TITLES.get(figure, figure).removesuffix(" %")


def amount(value: float, figure: str, digits: int = 1) -> str:
    """A difference with its unit.

    >>> amount(0.0123, "tail"), amount(-0.02, "test_loss")
    ('+1.2 points', '−0.020 nats')
    """
    if figure == NATS:
        return f"{_signed(value, 3)} nats"
    return f"{_signed(100 * value, digits)} points"


def bounds(estimate: Estimate, figure: str, digits: int = 1) -> str:
    """The two ends of an interval, in the unit of `amount`."""
    scale, places = (1, 3) if figure == NATS else (100, digits)
    low, high = _signed(scale * estimate.low, places), _signed(scale * estimate.high, places)
    return f"{low} to {high}"


def sentences(statistics: Statistics) -> list[str]:
    """All that may be said, most general first."""
    found = [progress_sentence(statistics)]
    for label in statistics.study.labels:
        if label == statistics.study.baseline:
            continue
        found += [*_over_settings(statistics, label), *_pooled(statistics, label)]
        found += _parts(statistics, label)
    if statistics.ranks is not None:
        found += rank_sentences(statistics.ranks)
    return found


def progress_sentence(statistics: Statistics) -> str:
    """How many cells are done, and what became of the others."""
    if statistics.done == statistics.cells:
        return f"Trainings: all {statistics.cells:,} have finished."
    others = ", ".join(
        f"{count:,} {state}" for state, count in statistics.states.items() if state != "done"
    )
    return f"Trainings: {statistics.done:,} of {statistics.cells:,} have finished ({others})."


def _over_settings(statistics: Statistics, label: str) -> list[str]:
    study = statistics.study
    found = statistics.of_method(label)
    by_verdict = {
        verdict: [c for c in found if c.verdict == verdict]
        for verdict in (BETTER, WORSE, UNCLEAR, ONE_SEED)
    }
    judged = [c for c in found if c.seeds > 1]
    start = f"{label} against {study.baseline}"
    if by_verdict[ONE_SEED]:
        count = _settings(len(by_verdict[ONE_SEED]))
        one = f"{start}: {count} with one seed, which cannot tell a gain from luck."
        if not judged:
            return [one]
    if not judged:
        return []
    better, worse = by_verdict[BETTER], by_verdict[WORSE]
    text = (
        f"{start}, {figure_title(study.figure).lower()} in {_settings(len(judged))}: "
        f"clearly better in {_named(better)}, clearly worse in {_named(worse)}, "
        f"no clear difference in {len(by_verdict[UNCLEAR])}."
    )
    incomplete = sum(c.missing for c in found)
    if incomplete:
        pairs = sum(c.seeds for c in found)
        text += f" Only the {pairs} complete pairs count; pairs that are missing: {incomplete}."
    more = [one] if by_verdict[ONE_SEED] else []
    return [text, *more, _margin_sentence(label, judged, study.figure)]


def _margin_sentence(label: str, judged: Sequence[Comparison], figure: str) -> str:
    margin = amount(MARGIN, figure, 2).lstrip("+")
    beyond = [c for c in judged if c.worse_than(MARGIN)]
    safe = sum(c.loses_at_most(MARGIN) for c in judged)
    return (
        f"{label}: a loss of more than {margin} is ruled out in {safe or 'none'} of "
        f"{_settings(len(judged))} and certain in {len(beyond) or 'none'}."
    )


def _pooled(statistics: Statistics, label: str) -> list[str]:
    found = next((c for c in statistics.pooled if c.method == label), None)
    if found is None or not found.seeds:
        return []
    study = statistics.study
    over = f"{_settings(statistics.pooled_settings[label])} and {_seeds(found.seeds)}"
    mean = amount(found.gain.mean, found.figure, 2)
    start = f"{label} against {study.baseline}, mean over {over}: {mean}"
    if found.verdict == ONE_SEED:
        return [f"{start}; one seed has no interval."]
    others = len(study.labels) - 1
    at_once = f", valid for {_all(others)} at once," if others > 1 else ""
    end = "; no clear difference" if found.verdict == UNCLEAR else ""
    interval = bounds(found.simultaneous, found.figure, 2)
    return [f"{start} (95 % interval{at_once} {interval}){end}."]


def _parts(statistics: Statistics, label: str) -> list[str]:
    """Where the pooled gain is clear, each interval for itself."""
    parts = {c.figure: c for c in statistics.parts if not c.setting and c.method == label}
    clear = [parts[name] for name in PARTS if name in parts and parts[name].gain.clear]
    if not any(parts[name].seeds > 1 for name in parts):
        return []
    if not clear:
        return [f"{label}: the mean difference in recall is clear in no part of the classes."]
    told = ", ".join(
        f"{PLACES[c.figure]} {amount(c.gain.mean, c.figure)} ({bounds(c.gain, c.figure)})"
        for c in clear
    )
    return [
        f"{label}, recall of the parts of the classes in which the mean difference is clear "
        f"(95 % intervals, each for one part alone): {told}."
    ]


def rank_sentences(ranks: Ranks) -> list[str]:
    """Average ranks, Friedman's test, and which methods are not distinguishable."""
    listed = ", ".join(
        f"{label} {rank:.2f}" for label, rank in zip(ranks.labels, ranks.ranks, strict=True)
    )
    found = [f"Average ranks over {ranks.settings} settings (1 is best): {listed}."]
    if not math.isnan(ranks.p):
        p = "below 0.001" if ranks.p < 0.001 else f"= {ranks.p:.2g}"
        end = "the ranks differ" if ranks.p < 0.05 else "no difference in ranks is clear"
        found.append(f"Friedman’s test: p {p}, so {end}.")
    width = f"{ranks.critical_difference:.2f}"
    if ranks.groups:
        groups = "; ".join(", ".join(group) for group in ranks.groups)
        found.append(
            f"Ranks cannot tell these apart (Nemenyi test, critical difference {width}): {groups}."
        )
    else:
        found.append(f"All methods differ by more than the critical difference of {width} ranks.")
    return found


def _named(found: Sequence[Comparison]) -> str:
    """How many settings, with their names and mean gains if there are few."""
    if not found:
        return "none"
    listed = "; ".join(f"{c.setting}: {amount(c.gain.mean, c.figure)}" for c in found[:4])
    return f"{len(found)} ({listed}{'; …' if len(found) > 4 else ''})"


def _all(methods: int) -> str:
    return "both methods" if methods == 2 else f"all {methods} methods"


def _settings(count: int) -> str:
    return f"{count} setting{'' if count == 1 else 's'}"


def _seeds(count: int) -> str:
    return f"{count} seed{'' if count == 1 else 's'}"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
