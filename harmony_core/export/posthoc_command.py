"""The command ``posthoc``: what replacing the last layer does to a finished experiment."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from ..analysis.summary import TITLES, SeedValues
from ..errors import ConfigError
from ..experiments.method_text import method_labels, parse_pairs
from ..extras import require
from ..parameters import Value
from ..posthoc import POSTHOC
from ..runs.posthoc.compute import compute
from ..runs.posthoc.results import (
    FIGURES,
    Figures,
    StepResult,
    as_json,
    check_finished,
    chosen_steps,
)
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from ..text_table import text_table

SHOWN = ("balanced_accuracy", "head", "medium", "tail")
ByRepeat = dict[int, dict[str, StepResult]]


def add_posthoc_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``posthoc``."""
    add = parser.add_argument
    add(
        "--step",
        nargs="+",
        metavar="NAME",
        help=f"steps to apply (default: all): {', '.join(POSTHOC)}",
    )
    add(
        "--repeat",
        default="1",
        metavar="N",
        help="which repeat, from 1 (default: 1), or `all` for their mean",
    )
    add("--tau", type=float, metavar="X", help="short for --param tau=X")
    add("--param", action="append", metavar="K=V", help="parameter of the steps that have it")


def posthoc(given: argparse.Namespace) -> None:
    """Compute what is not on disk yet and print it as a table or as JSON."""
    require("study")
    store = RunStore(given.runs)
    record = store.get(store.find(given.id))
    steps = chosen_steps(given.step or (), _values(given))
    repeats = _repeats(given.repeat, record)
    for repeat in repeats:
        check_finished(store, record.id, repeat)
    found = {repeat: compute(store, record.id, repeat, steps) for repeat in repeats}
    if given.json:
        text = json.dumps(_document(record, found), indent=1, allow_nan=False)
    else:
        lines = [_table(record, found), _seeds_sentence(record, repeats)]
        for step, parameters in steps.items():
            settings = ", ".join(f"{name} {value}" for name, value in parameters.items())
            lines.append(f"{step}: {POSTHOC[step].title} ({settings}).")
        text = "\n".join(lines)
    sys.stdout.write(f"{text}\n")


def _values(given: argparse.Namespace) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for text in given.param or ():
        values.update(parse_pairs(text, "post-hoc steps"))
    return values if given.tau is None else {**values, "tau": given.tau}


def _repeats(text: str, record: ExperimentRecord) -> list[int]:
    """Numbers of repeats, from 0."""
    if text == "all":
        return list(range(record.config.seeds.repeats))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= record.config.seeds.repeats):
        raise ConfigError(
            f"Expected --repeat to be `all` or a number from 1 to {record.config.seeds.repeats}, "
            f"but got {text!r}."
        )
    return [int(text) - 1]


def _table(record: ExperimentRecord, found: ByRepeat) -> str:
    """A line for each method and step; figures in percent, before → after."""
    rows = [["Method", "Step", *(TITLES[name] for name in SHOWN)]]
    for m, label in enumerate(method_labels(record.config.methods)):
        for step in next(iter(found.values())):
            before = [results[step].before[m] for results in found.values()]
            after = [results[step].after[m] for results in found.values()]
            cells = [f"{_percent(before, name)} → {_percent(after, name)}" for name in SHOWN]
            rows.append([label, step, *cells])
    return text_table(rows)


def _percent(rows: list[Figures], name: str) -> str:
    return SeedValues(tuple(row[name] for row in rows)).percent()


def _seeds_sentence(record: ExperimentRecord, repeats: list[int]) -> str:
    seeds = [record.config.seeds.of_repeat(repeat).order for repeat in repeats]
    if len(repeats) > 1:
        which = f"mean ± sample standard deviation over {len(repeats)} repeats"
    else:
        which = f"repeat {repeats[0] + 1} (seed {seeds[0]}), one seed"
    return (
        "Post hoc: the networks after the final epoch, before → after their last layer is "
        f"replaced; features unchanged. On the test set, {which}; ID {record.id}."
    )


def _document(record: ExperimentRecord, found: ByRepeat) -> dict[str, Any]:
    labels = method_labels(record.config.methods)
    rows = [
        {
            "repeat": repeat,
            "method": label,
            "step": result.step,
            "parameters": dict(result.parameters),
            "before": as_json(result.before[m]),
            "after": as_json(result.after[m]),
        }
        for repeat, results in found.items()
        for m, label in enumerate(labels)
        for result in results.values()
    ]
    return {"id": record.id, "epoch": record.config.epochs, "figures": list(FIGURES), "rows": rows}
