"""Which column of a table holds the labels: names that labels have, and values that repeat."""

from __future__ import annotations

import re

from ...errors import DataError
from ..messages import listed, quoted
from ..samples import Sample
from .column_facts import Facts, facts_of, letters, words
from .indicators import Indicators, indicator_groups, named_group

LABEL_NAMES = {
    "label": 100, "labels": 100, "class": 95, "target": 95, "classname": 95, "classlabel": 95,
    "labelname": 95, "primarylabel": 95, "findinglabels": 95, "labelid": 90, "classid": 90,
    "classindex": 90, "classes": 90, "category": 85, "categories": 85, "categoryname": 85,
    "categoryid": 80, "groundtruth": 85, "ytrue": 80, "truth": 85,
    "truelabel": 95, "actual": 65, "gold": 60, "gt": 60, "y": 80, "species": 80,
    "diagnosis": 80, "dx": 85, "finding": 75, "findings": 75, "outcome": 70, "genre": 70,
    "genres": 70, "tag": 70, "tags": 70, "digit": 65, "breed": 60, "variety": 60, "cultivar": 60,
    "intent": 70, "sentiment": 70, "polarity": 65, "emotion": 75, "topic": 60, "topics": 60,
    "disease": 65, "activity": 60, "cuisine": 60, "type": 50, "kind": 50, "fraud": 70,
    "isfraud": 80, "churn": 70, "survived": 70, "attrition": 70, "income": 55, "default": 55,
    "quality": 50, "risk": 45, "grade": 40, "rating": 40, "stars": 40, "level": 40, "response": 40,
    "result": 45, "status": 40, "family": 40, "genus": 40, "group": 30, "klasse": 90,
    "kategorie": 85, "etikett": 90, "zielklasse": 90, "diagnose": 80, "befund": 70, "classe": 90,
    "categorie": 85, "catégorie": 85, "étiquette": 90, "etiquette": 90, "clase": 90,
    "etiqueta": 90, "categoría": 85, "categoria": 85, "espèce": 80, "especie": 80, "art": 40,
    "rótulo": 90, "etichetta": 90, "класс": 90, "метка": 90, "类别": 90, "标签": 90, "クラス": 90,
    "ラベル": 90, "분류": 85, "라벨": 90,
}  # fmt: skip
_PREDICTED = frozenset((
    "pred", "preds", "prediction", "predictions", "predicted", "guess", "score", "scores",
    "confidence", "prob", "probability", "logit", "logits",
))  # fmt: skip
"""Words of columns that a model wrote."""
_LAST_WORDS = {
    "label": 70, "labels": 70, "class": 65, "target": 70, "category": 60, "categories": 60,
    "species": 60, "sentiment": 60, "diagnosis": 65, "outcome": 55, "disease": 50, "emotion": 55,
    "fraud": 50, "genre": 50, "event": 25, "grade": 25, "type": 15, "status": 15,
}  # fmt: skip
"""Likewise for the last word of a longer name."""
_FEATURES = frozenset((
    "sex", "gender", "race", "ethnicity", "marital", "city", "country", "state", "region",
    "county", "zip", "postcode", "color", "colour", "education", "occupation", "job",
    "department", "weekday", "day", "month", "year", "hour", "season", "age", "size", "brand",
    "currency", "user", "source", "query", "keyword", "location", "continent", "nationality",
    "embarked", "cabin",
))  # fmt: skip
"""First or last words of columns that describe a sample but rarely class it."""
_ID = re.compile(
    r"(^|_|\b)(id|uuid|guid|index|idx|key|file|filename|path|url|image|date|time|timestamp|name|email|phone|address|sku|code)($|_|\b)|Id$|ID$",
    re.IGNORECASE,
)
_SPLIT_NAMES = {"split", "set", "subset", "partition", "phase", "fold", "usage", "datasplit"}
_UNNAMED = re.compile(r"column_\d+$")
CLEAR, LEAST, APART = 60, 20, 3
"""Points of a name that says it, of any label column, and between two that are not tied."""


class UnclearLabel(DataError):
    """Which column holds the labels has to be said; ``columns`` are all, the likeliest first."""

    def __init__(self, message: str, columns: tuple[str, ...], likely: int) -> None:
        super().__init__(message)
        self.columns = columns
        self.likely = likely
        """How many of them could hold labels."""


def label_column(
    sample: Sample, columns: tuple[str, ...], given: str | None, split: str = ""
) -> tuple[str | Indicators, str, tuple[str, ...]]:
    """The given label column or columns, or the likeliest; why; and which others it could be.

    ``split`` is the column that says train or test. Raises `DataError` if a given column does not
    fit, and `UnclearLabel` if none looks like labels, or two look like them equally.
    """
    facts = {name: facts_of(sample.columns[name]) for name in columns}
    scores: dict[str, float] = {
        name: _score(name, facts[name], position, columns, name in sample.lists)
        for position, name in enumerate(columns)
    }
    texts = [n for n in columns if _is_text(facts[n]) and scores[n] > 0]
    if len(texts) == 1 and len(columns) > 3 and all(_UNNAMED.match(n) for n in columns):
        scores[texts[0]] += 25  # the only words among numbers
    scores.pop(split, None)
    groups = {group.title: group for group in indicator_groups(sample, columns)}
    for title, group in groups.items():
        scores[title] = _group_score(group, columns, facts, scores)
        for name in group.columns:
            if group.exclusive or _named(name) < CLEAR:
                scores[name] = min(scores.get(name, 0), scores[title] - APART)
    ranked = sorted((n for n in scores if scores[n] > 0), key=lambda name: -scores[name])
    every = (*ranked, *(n for n in columns if n not in ranked))
    if given is not None:
        chosen = _given(given, columns, sample)
        title = chosen.title if isinstance(chosen, Indicators) else chosen
        return chosen, "chosen by you", tuple(n for n in ranked if n != title)
    if not ranked or scores[ranked[0]] < LEAST:
        raise UnclearLabel(
            "Expected a column of class labels, but none looks like one: measurements, identifiers "
            "and free text are not classes. Name it with `--label`; the columns are "
            f"{listed(list(columns), 12)}.",
            every,
            len(ranked),
        )
    best = ranked[0]
    tied = [n for n in ranked if scores[n] > scores[best] - APART]
    if len(tied) > 1 and not _named(best) and best not in groups:
        raise UnclearLabel(
            f"Expected one column of class labels, but {listed(tied)} look like it equally. "
            "Name it with `--label`.",
            every,
            len(tied),
        )
    if best in groups:
        reason = f"each of its {len(groups[best].columns):,} columns marks one class"
    elif _named(best):
        reason = "its name says so"
    else:
        reason = f"it holds {facts[best].distinct:,} values that repeat"
    return groups.get(best, best), reason, tuple(ranked[1:])


def _given(given: str, columns: tuple[str, ...], sample: Sample) -> str | Indicators:
    found = [n for n in columns if n == given] or [
        n for n in columns if n.strip().lower() == given.strip().lower()
    ]
    if len(found) == 1:
        return found[0]
    group = named_group(given, sample, columns)
    if group is None:
        raise DataError(
            f"Expected the label column to be one of {listed(list(columns), 12)}, "
            f"but got {quoted(given)}."
        )
    return group


def _named(name: str) -> float:
    """Points for a name that labels have; 0 for any other."""
    whole = float(LABEL_NAMES.get(letters(name), 0))
    if whole:
        return whole
    parts = words(name)
    if parts and parts[-1].isdigit():
        parts = parts[:-1]
    if not parts:
        return 0.0
    if parts[0] in ("is", "has") and len(parts) > 1:
        return 30.0
    last = float(_LAST_WORDS.get(parts[-1], 0))
    joined = re.search(r"(label|class|target|category)(s|name|id)?$", "".join(parts))
    if not last and joined:
        last = float(CLEAR)
    first = 40.0 if parts[0] in ("label", "class", "target") and len(parts) > 1 else 0.0
    return max(last, first)


def _is_text(facts: Facts) -> bool:
    return facts.values > 0 and facts.numeric < 0.5


def _score(
    name: str, facts: Facts, position: int, columns: tuple[str, ...], is_list: bool
) -> float:
    """How likely a column holds labels; 0 rules it out."""
    named, n = _named(name), facts.values
    if n == 0:
        return named / 2
    measured = facts.numeric > 0.9 and facts.whole < 0.95
    identifies_rows = n >= 20 and facts.unique > 0.9 and not is_list
    if measured and (facts.distinct > 20 or named < CLEAR):
        return 0.0 if facts.distinct > 10 else 15.0
    if identifies_rows or facts.length > 120:
        return named / 4 if named >= CLEAR else 0.0
    if facts.records > 0.8 or (max(facts.files, facts.dates) > 0.8 and named < CLEAR):
        return 0.0
    few = facts.distinct <= max(50, n / 4)
    score = named
    if is_list:
        score += 30
    elif facts.numeric < 0.5:
        score += 40 if few else 15
    elif facts.whole > 0.95:
        score += 30 if facts.distinct <= 30 else 5
    if facts.distinct == 1:
        score -= 45
    if named < CLEAR and facts.answers:
        score -= 20
    parts = words(name)
    if named < CLEAR:
        if _ID.search(name):
            score -= 40
        if parts and (parts[0] in _FEATURES or parts[-1] in _FEATURES):
            score -= 20
    if letters(name) in _SPLIT_NAMES or _PREDICTED & set(parts):
        score -= 60
    last = len(columns) - 1
    if position == last:
        score += 35 if facts.distinct <= 30 else 20
    elif position == 0:
        score += 6
    return max(score, 0.0)


def _group_score(
    group: Indicators, columns: tuple[str, ...], facts: dict[str, Facts], scores: dict[str, float]
) -> float:
    """How likely columns that each mark one class are the labels together."""
    others = [name for name in columns if name not in group.columns]
    sampled = any(
        facts[n].files > 0.8
        or facts[n].length > 60
        or (
            set(words(n)) & {"image", "img", "file", "filename", "path", "text", "photo", "comment"}
        )
        for n in others
    )
    measured = any(
        scores.get(n, 0) > 0 or facts[n].numeric > 0.9
        for n in others
        if not _ID.search(n) and facts[n].unique < 1
    )
    named = LABEL_NAMES.get(letters(group.prefix), 0) >= CLEAR
    if group.exclusive:
        return 60.0 + (45 if named else 0) + (0 if measured else 40)
    if sampled and not measured:
        return 90.0
    return 45.0 if named else 0.0
