"""The advice of a pilot beside the truth, as Markdown tables; see `advice.py`.

Axes: s splits.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._advice_tables import Array
from benchmarks._markdown_table import print_table
from harmony_core.analysis.intervals import Estimate, paired

FIGURES = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
}
WORTH = 0.005
"""A gain that is surely above half a point should not have been missed."""
PLAIN = "network_ce"


@dataclass(frozen=True)
class Truth:
    """What the long judgement found about a table."""

    name: str
    rows: int | None
    """``None`` where a study does not say"""
    overlap: float
    contestants: dict[str, dict[str, Any]]

    def values(self, contestant: str, figure: str = "balanced_accuracy") -> Array:
        """(s,) of a contestant."""
        return np.array([s[figure] for s in self.contestants[contestant]["scores"]], dtype=float)

    def mean(self, contestant: str) -> float:
        return float(self.values(contestant).mean())

    def gain(self, contestant: str, against: str, comparisons: int = 1) -> Estimate:
        """In balanced accuracy, split by split."""
        a, b = self.values(contestant), self.values(against)
        return paired(a, b, overlap=self.overlap, comparisons=comparisons)

    @property
    def best(self) -> str:
        return max(self.contestants, key=self.mean)

    def tied(self) -> tuple[str, ...]:
        """Contestants that the best one does not clearly beat, best first."""
        others = max(1, len(self.contestants) - 1)
        ranked = sorted(self.contestants, key=self.mean, reverse=True)
        return tuple(c for c in ranked if not self.gain(self.best, c, others).low > 0)

    def plain(self, contestant: str) -> str:
        """The same model without a remedy."""
        family = str(self.contestants[contestant]["family"])
        return PLAIN if family == "network" else family

    def regret(self, contestant: str, family: str = "") -> float:
        """Points by which the best mean, of all or of a family, exceeds a contestant's."""
        field = [
            self.mean(c) for c, v in self.contestants.items() if family in ("", v["family"])
        ]  # fmt: skip
        return 100 * (max(field) - self.mean(contestant))

    def unsettled(self) -> tuple[str, ...]:
        """Networks whose training had not settled at the longest length."""
        return tuple(c for c, v in self.contestants.items() if v.get("settled") is False)


def read_truth(path: Path) -> Truth:
    found = json.loads(path.read_text("utf-8"))
    name = path.stem.removeprefix("truth-")
    return Truth(name, found["rows"], found["overlap"], found["contestants"])


def truth_of_study(table: Path) -> dict[str, Any]:
    """A study's ``table.csv`` in the form of a truth: its methods are the network's losses.

    Its seeds share one test split, so that nothing is known of other test samples.
    """
    contestants: dict[str, dict[str, Any]] = {}
    with open(table, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            loss = row["method"]
            found = contestants.setdefault(
                f"network_{loss}",
                {"family": "network", "remedy": "" if loss == "ce" else "loss", "scores": []},
            )
            balanced = float(row["balanced_accuracy"])
            found["scores"].append(
                {"balanced_accuracy": balanced, "accuracy": balanced, "macro_f1": float("nan")}
            )
    return {"rows": None, "overlap": 0.0, "contestants": contestants}


@dataclass(frozen=True)
class Advice:
    """What an inspection recommends and claims, in the names of the truth."""

    method: str
    """``""`` if it recommends nothing"""
    claims: dict[str, int]
    """By contestant: 1 for one said to help, clearly or probably, over the same model without a
    remedy, −1 for one said to hurt, 0 for no sign"""


def key_of(entry: dict[str, Any]) -> str:
    """The truth's name of a contestant of the pilot.

    Entries without a family are from versions whose only contestants were networks.
    """
    family, remedy = entry.get("family", "network"), entry.get("remedy", "")
    if family == "network" and remedy in ("", "loss"):
        deferral = entry.get("deferral") or "none"
        return f"network_{entry['loss']}" + (f":{deferral}" if deferral != "none" else "")
    plain = PLAIN if family == "network" else family
    known = {"": plain, "resampled": entry.get("name", "")}
    return known.get(remedy, f"{plain}_{remedy}")


def read_advice(document: dict[str, Any]) -> Advice:
    """From the JSON that ``inspect --pilot`` prints, of this version or an earlier one."""
    recommended, entries = document["recommendation"], document["pilot"]["methods"]
    keys = {e.get("name", e["label"]): key_of(e) for e in entries}
    claims = {}
    if "comparisons" in recommended:
        signs = {"helps": 1, "probably helps": 1, "hurts": -1}
        for c in recommended["comparisons"]:
            if c["metric"] == "balanced_accuracy":
                claims[keys[c["method"]]] = signs.get(c["word"], 0)
    else:
        for entry in entries:
            gain = entry["balanced_accuracy"]["gain"]
            if gain is not None:
                claims[key_of(entry)] = (gain["low"] > 0) - (gain["high"] < 0)
    method = recommended["method"]
    return Advice(keys[method] if method else "", claims)


def judged(truth: Truth, advice: Advice) -> list[str]:
    """Cells: what is advised, what it really comes to, within the tied best, regrets, signs."""
    known = {c: claim for c, claim in advice.claims.items() if c in truth.contestants and claim}
    right = [c for c, claim in known.items() if claim * truth.gain(c, truth.plain(c)).mean > 0]
    signs = f"{len(right)} of {len(known)}"
    method = advice.method
    if method not in truth.contestants:
        return [method or "nothing", "", "not judged", "", "", "", signs]
    family, plain = str(truth.contestants[method]["family"]), truth.plain(method)
    if method != plain:
        gain = truth.gain(method, plain)
        agrees = (gain.mean > 0) == (advice.claims.get(method, 1) >= 0)
        sign = f"{'yes' if agrees else '**no**'}, {_points(gain)}"
    else:
        others = [c for c in truth.contestants if truth.plain(c) == plain and c != plain]
        clear = [c for c in others if truth.gain(c, plain, len(others)).low > WORTH]
        top = max(clear, key=truth.mean, default="")
        sign = "yes" if not top else f"**no**, {top} {_points(truth.gain(top, plain))}"
    return [
        method,
        f"{100 * truth.mean(method):.1f}",
        "yes" if method in truth.tied() else "**no**",
        f"{truth.regret(method):.1f}",
        f"{truth.regret(method, family):.1f}",
        sign,
        signs,
    ]


def print_truth(truth: Truth) -> None:
    """All contestants of a table, best first."""
    size = "" if truth.rows is None else f", {truth.rows:,} rows"
    print(f"**{truth.name}**{size}, {len(truth.values(truth.best))} splits\n")
    tied = truth.tied()
    rows = []
    for c in sorted(truth.contestants, key=truth.mean, reverse=True):
        cells = []
        for figure in FIGURES:
            values = truth.values(c, figure)
            spread = paired(values, np.zeros(len(values)), overlap=truth.overlap)
            half = (spread.high - spread.low) / 2
            cells.append(f"{100 * spread.mean:.1f} ± {100 * half:.1f}")
        recipe = truth.contestants[c].get("recipe", "")
        rows.append([c, *cells, "yes" if c in tied else "", recipe])
    print_table(["contestant", *FIGURES.values(), "ties with the best", "recipe"], rows)


def print_comparison(folder: Path, names: list[str]) -> None:
    """What was advised for each table, against the truth; every advice in the folder."""
    truths = [
        read_truth(folder / f"truth-{name}.json")
        for name in names
        if (folder / f"truth-{name}.json").exists()
    ]
    for truth in truths:
        print_truth(truth)
    heads = [
        "table", "best of the truth", "tied", "advised", "really comes to", "within the tied best",
        "regret", "regret in its family", "right about plain or not", "signs that are right",
        "seconds", "MB",
    ]  # fmt: skip
    endings = {f"-{truth.name}.json" for truth in truths}
    labels = {
        path.name.removesuffix(ending)
        for path in folder.glob("*.json")
        for ending in endings
        if path.name.endswith(ending)
    } - {"truth"}
    for label in sorted(labels, key=lambda name: (name != "before", name)):
        print(f"Advice *{label}*\n")
        rows = []
        for truth in truths:
            path = folder / f"{label}-{truth.name}.json"
            if path.exists():
                document = json.loads(path.read_text("utf-8"))
                spent = document["spent"]
                best = f"{truth.best} {100 * truth.mean(truth.best):.1f}"
                cost = [f"{spent['seconds']:.0f}", f"{spent['megabytes']:.0f}"]
                cells = judged(truth, read_advice(document))
                rows.append([truth.name, best, str(len(truth.tied())), *cells, *cost])
        print_table(heads, rows)


def _points(gain: Estimate) -> str:
    return f"{100 * gain.mean:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
