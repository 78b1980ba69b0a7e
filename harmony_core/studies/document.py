"""The statistics of a study as the JSON document ``result.json``; docs/studies.md has its keys."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from ..experiments.method_text import format_method
from .comparison import LEVEL, Comparison
from .environment import Environment
from .sentences import figure_title, sentences
from .statistics import MARGIN, Statistics

FORMAT = 1


def result_document(
    statistics: Statistics, environment: Environment | None = None
) -> dict[str, Any]:
    """A JSON-ready dictionary, with None in place of NaN; shares are in [0, 1]."""
    study, ranks = statistics.study, statistics.ranks
    return {
        "format": FORMAT,
        "title": study.title,
        "figure": study.figure,
        "figure_title": figure_title(study.figure),
        "baseline": study.baseline,
        "level": LEVEL,
        "margin": MARGIN,
        "cells": dict(statistics.states),
        "methods": [
            {"label": m.label, "method": format_method(replace(m, label=""))} for m in study.methods
        ],
        "settings": [
            {
                "title": s.title,
                "name": s.name,
                "data": s.config.data.name,
                "factor": s.factor,
                "epochs": s.config.epochs,
                "model": s.config.model.name,
                "seeds": list(s.seeds),
            }
            for s in study.settings
        ],
        "values": [
            {
                "setting": setting,
                "method": label,
                "mean": _number(values.mean),
                "spread": _number(values.spread),
                "seeds": len(values.values),
            }
            for (setting, label), values in statistics.values.items()
        ],
        "family": statistics.family,
        "comparisons": [_comparison(c) for c in statistics.comparisons],
        "pooled": [
            {**_comparison(c), "settings": statistics.pooled_settings[c.method]}
            for c in statistics.pooled
        ],
        "parts": [_comparison(c) for c in statistics.parts],
        "ranks": None
        if ranks is None
        else {
            "methods": [
                {"label": label, "rank": rank}
                for label, rank in zip(ranks.labels, ranks.ranks, strict=True)
            ],
            "settings": ranks.settings,
            "friedman": _number(ranks.statistic),
            "p": _number(ranks.p),
            "critical_difference": ranks.critical_difference,
            "groups": [list(group) for group in ranks.groups],
        },
        "sentences": sentences(statistics),
        "environment": (environment or Environment()).to_dict(),
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "setting": found.setting,
        "method": found.method,
        "figure": found.figure,
        "seeds": found.seeds,
        "missing": found.missing,
        "wins": found.wins,
        "ties": found.ties,
        "gain": _number(found.gain.mean),
        "interval": [_number(found.gain.low), _number(found.gain.high)],
        "simultaneous": [_number(found.simultaneous.low), _number(found.simultaneous.high)],
        "verdict": found.verdict,
        "worse_than_margin": found.worse_than(MARGIN),
        "loses_at_most_margin": found.loses_at_most(MARGIN),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
