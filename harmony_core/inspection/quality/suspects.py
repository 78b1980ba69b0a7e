"""Labels that predictions made without them contradict: confident learning by cleanlab.

Northcutt et al. 2021, arXiv 1911.00068. A sample is suspect if confident learning counts it among
the errors (`prune_by_noise_rate`) and its predictions hold another class to be at least five times
as likely as its label. A class that the model does not know is not judged, as wrong labels and weak
features then look alike.

Axes: n samples, c classes.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...readers.messages import listed, quoted
from .finding import EXAMPLES, Finding, tally
from .predictions import Predictions
from .twins import Name

TIMES = 5.0
"""How much likelier than the label another class has to be."""
KNOWN = 2.0
"""Standard errors by which the samples of a class have to rank above others in its predictions."""
MANY, TYPICAL, LIKE = 0.2, 0.8, 0.6
"""A class of which more than `MANY` are suspect is judged only if the share `LIKE` of these show no
more of it than the `TYPICAL` share of the samples of the class they are suggested to belong to: a
wrong label leaves no trace, while a right one that is hard to tell does."""
MOST, SUREST, OWN = 0.4, 0.25, 0.2
"""A class of which more than `MOST` are suspect is judged only if of the samples with the highest
predictions for it, `SUREST` of its size, at least the share `OWN` have its label."""
HARD = 0.7
"""Share of all labels below which the data are called hard."""
HELP = (
    "What would help: features that tell the classes apart, more samples of the small ones, or "
    "your own predictions (--probs) or embeddings (--embeddings)."
)


@dataclass(frozen=True)
class Suspects:
    """What judging the labels came to."""

    finding: Finding
    """``checked`` (c,) are the judged samples: all that were looked at of classes that are judged,
    none of the others."""
    too_few: tuple[int, ...] = ()
    """Classes with too few samples."""
    unknown: tuple[int, ...] = ()
    """Classes that the model cannot tell from others."""
    agreement: float = math.nan
    """Share of the labels that the predictions agree with."""
    notes: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        return bool(self.finding.checked.sum())


def find_suspects(
    predictions: Predictions, codes: Array, names: tuple[str, ...], rows: Array, name: Name
) -> Suspects:
    """Judge the labels ``codes`` (n,); ``rows`` (n,) are the positions to report.

    >>> probabilities = np.tile([[0.97, 0.03], [0.02, 0.98]], (30, 1))
    >>> codes = np.tile([0, 1], 30)
    >>> codes[4] = 1
    >>> from harmony_core.inspection.quality.predictions import as_given
    >>> found = find_suspects(as_given(probabilities), codes, ("a", "b"), np.arange(60), str)
    >>> found.finding.rows.tolist(), found.finding.reasons
    ([4], ("labelled 'b', looks like 'a' (97 % against 3 %)",))
    """
    classes = len(names)
    counts = np.bincount(codes, minlength=classes)
    judged = np.flatnonzero(counts >= predictions.fewest)
    too_few = tuple(np.flatnonzero((counts > 0) & (counts < predictions.fewest)).tolist())
    none = np.zeros(classes, dtype=np.int64)
    if len(judged) < 2:
        note = (
            f"Labels were not judged: that takes two classes with {predictions.fewest} samples, "
            f"but got {len(judged)}. Collect more samples."
        )
        return Suspects(Finding(none, none), too_few, notes=(note,))
    part = np.flatnonzero(np.isin(codes, judged))
    compact = np.searchsorted(judged, codes[part])
    probabilities = predictions.predict(part, judged, compact)
    agreement = float((probabilities.argmax(axis=1) == compact).mean())
    marked = _marked(probabilities, compact)
    unknown = _unknown(probabilities, compact, marked)
    if (~unknown).sum() < 2:
        unknown[:] = True  # there is no class left that a label of the other could belong to
    marked &= ~unknown[compact] & ~unknown[probabilities.argmax(axis=1)]
    issues = np.flatnonzero(marked)
    at = part[issues]
    score = probabilities[issues, compact[issues]].astype(np.float64)
    best = probabilities[issues].max(axis=1)
    guess = judged[probabilities[issues].argmax(axis=1)]
    reasons = tuple(
        f"labelled {quoted(names[a], 30)}, looks like {quoted(names[b], 30)} "
        f"({100 * p:.0f} % against {100 * q:.0f} %)"
        for a, b, p, q in zip(
            codes[at].tolist(), guess.tolist(), best.tolist(), score.tolist(), strict=True
        )
    )
    worst = np.argsort(score / np.maximum(best, 1e-9), kind="stable")[:EXAMPLES]
    examples = tuple((name(int(rows[at[i]])), reasons[i]) for i in worst.tolist())
    known = judged[~unknown]
    checked = np.where(np.isin(np.arange(classes), known), counts, 0)
    finding = Finding(tally(at, codes, classes), checked, examples, rows[at], score, guess, reasons)
    dark = judged[unknown]
    notes = _notes(agreement, [names[c] for c in dark], len(known), predictions.given)
    return Suspects(finding, too_few, tuple(dark.tolist()), agreement, notes)


def _marked(probabilities: Array, codes: Array) -> Array:
    """(n,) whether confident learning and the ratio of the probabilities doubt the label."""
    from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = find_label_issues(codes, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    own = probabilities[np.arange(len(codes)), codes]
    return np.asarray(found & (TIMES * own <= probabilities.max(axis=1)))


def _unknown(probabilities: Array, codes: Array, marked: Array) -> Array:
    """(c,) whether the predictions say too little of a class for its labels to be doubted."""
    from scipy.stats import rankdata

    n, classes = probabilities.shape
    counts = np.bincount(codes, minlength=classes)
    suspect = np.bincount(codes[marked], minlength=classes)
    like = np.bincount(codes[_like_the_suggested(probabilities, codes, marked)], minlength=classes)
    unknown = (suspect > MANY * counts) & (like < LIKE * suspect)
    for c in range(classes):
        of = codes == c
        ranks = rankdata(probabilities[:, c])  # Mann and Whitney's test
        m, others = int(counts[c]), n - int(counts[c])
        above = float(ranks[of].sum()) - m * (m + 1) / 2 - m * others / 2
        unknown[c] |= above < KNOWN * math.sqrt(m * others * (n + 1) / 12)
        if suspect[c] > MOST * m:
            k = max(3, math.ceil(SUREST * m))
            unknown[c] |= of[np.argsort(-ranks, kind="stable")[:k]].mean() < OWN
    return np.asarray(unknown)


def _like_the_suggested(probabilities: Array, codes: Array, marked: Array) -> Array:
    """(n,) marked samples that show no more of their label than the class they look like does."""
    like = np.zeros(len(codes), dtype=bool)
    guess = probabilities.argmax(axis=1)
    for g in np.unique(guess[marked]).tolist():
        typical = (guess == g) & (codes == g)
        if typical.any():
            usual = np.quantile(probabilities[typical], TYPICAL, axis=0)
            at = np.flatnonzero(marked & (guess == g))
            like[at] = probabilities[at, codes[at]] <= usual[codes[at]] + 1e-6
    return like


def _notes(agreement: float, dark: list[str], known: int, given: bool) -> tuple[str, ...]:
    said = []
    whose = "The predictions you brought agree" if given else "The model agrees"
    if not known:
        return (
            f"No label was judged: {whose[0].lower()}{whose[1:]} with {agreement:.0%} of them and "
            f"cannot tell the classes apart, so it may doubt none. {HELP}",
        )
    if dark:
        said.append(
            f"Not judged, as the predictions cannot tell them from other classes: {listed(dark)}. "
            "Either most of their labels are wrong or the features do not show what they are. "
            f"{HELP}"
        )
    if agreement < HARD:
        said.append(
            f"{whose} with {agreement:.0%} of the labels only. On data this hard a suspect label "
            f"is a reason to look, not an error found.{'' if dark else f' {HELP}'}"
        )
    return tuple(said)
