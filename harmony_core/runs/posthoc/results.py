"""The results of post-hoc steps on disk.

    <root>/<id>/repeat-0/posthoc/tau_norm-<key of the parameters>.json

A page only reads them; `compute` writes them, in a process of its own or in the shell's. A file
older than the checkpoint that it was computed from counts as missing, and so does a damaged one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ConfigError, RunError
from ...experiments.complete import check_trainable
from ...parameters import Value, choose
from ...posthoc import POSTHOC
from ..store import RunStore

FORMAT = 1
FIGURES = ("balanced_accuracy", "head", "medium", "tail", "ece")
"""What is kept of each step."""
Steps = Mapping[str, Mapping[str, Value]]
"""Names of steps with all their parameters, as `chosen_steps` returns them."""
Figures = dict[str, float]
"""Balanced accuracy, mean recall of head, medium and tail, ECE, in [0, 1]; NaN: no class tested."""


@dataclass(frozen=True)
class StepResult:
    """What one step does to the methods of one repeat."""

    step: str
    parameters: Mapping[str, Value]
    before: tuple[Figures, ...]
    """(m,) under the networks' own last layers."""
    after: tuple[Figures, ...]
    """(m,) under the new ones."""


def chosen_steps(
    names: Iterable[str] = (), values: Mapping[str, object] | None = None
) -> dict[str, dict[str, Value]]:
    """The steps called ``names``, or all, in the order of the registry, with all parameters.

    ``values`` apply to every chosen step that has a parameter of that name. An unknown step, a
    value out of range or one that no chosen step has raises `ConfigError`.

    >>> chosen_steps(["tau_norm"], {"tau": 0.5})
    {'tau_norm': {'tau': 0.5}}
    """
    wanted = set(names)
    for name in wanted:
        choose(name, POSTHOC, "post-hoc step")
    specs = [spec for name, spec in POSTHOC.items() if not wanted or name in wanted]
    known = {p.name for spec in specs for p in spec.parameters}
    given = dict(values or {})
    for name in given:
        if name not in known:
            raise ConfigError(
                f"Expected a parameter of the chosen post-hoc steps "
                f"({', '.join(sorted(known)) or 'none'}), but got {name!r}."
            )
    return {
        spec.name: spec.resolve({p.name: given[p.name] for p in spec.parameters if p.name in given})
        for spec in specs
    }


def result_path(
    root: Path, run_id: str, repeat: int, step: str, parameters: Mapping[str, Value]
) -> Path:
    """The file of one step with these parameters."""
    text = json.dumps(dict(parameters), sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return root / run_id / f"repeat-{repeat}" / "posthoc" / f"{step}-{key}.json"


def stored_results(
    store: RunStore, run_id: str, repeat: int, steps: Steps
) -> dict[str, StepResult]:
    """Those of ``steps`` that are on disk and still valid."""
    methods = len(store.get(run_id).config.methods)
    found = {}
    for step, parameters in steps.items():
        path = result_path(store.root, run_id, repeat, step, parameters)
        result = _read(path, store.checkpoint_time(run_id, repeat))
        if result is not None and len(result.after) == len(result.before) == methods:
            found[step] = result
    return found


def check_finished(store: RunStore, run_id: str, repeat: int) -> None:
    """`RunError` unless the repeat is trained to its end and has a checkpoint."""
    config = store.get(run_id).config
    check_trainable(config)
    if not 0 <= repeat < config.seeds.repeats:
        raise RunError(
            f"Expected a repeat from 1 to {config.seeds.repeats} of experiment {run_id}, "
            f"but got {repeat + 1}."
        )
    if config.epochs not in store.epochs(run_id, repeat):
        raise RunError(
            f"Expected experiment {run_id} to be trained to the end of repeat {repeat + 1}, but it "
            "is not. Resume it; post-hoc steps start from the trained networks."
        )
    if store.checkpoint_time(run_id, repeat) is None:
        raise RunError(
            f"Expected a checkpoint of experiment {run_id}, repeat {repeat + 1}, which holds the "
            "trained networks, but there is none: only its results were kept. Run it again to "
            "apply post-hoc steps."
        )


def to_bytes(result: StepResult) -> bytes:
    """The JSON of a result; an unknown figure is null."""
    document = {
        "format": FORMAT,
        "step": result.step,
        "parameters": dict(result.parameters),
        "before": [as_json(figures) for figures in result.before],
        "after": [as_json(figures) for figures in result.after],
    }
    return json.dumps(document, indent=1, allow_nan=False).encode()


def as_json(figures: Figures) -> dict[str, float | None]:
    """Figures with None in place of NaN."""
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}


def _read(path: Path, checkpoint_time: int | None) -> StepResult | None:
    try:
        if checkpoint_time is not None and path.stat().st_mtime_ns < checkpoint_time:
            return None
        document = json.loads(path.read_text("utf-8"))
        if document["format"] != FORMAT:
            return None
        before, after = (
            tuple(_figures(row) for row in document[name]) for name in ("before", "after")
        )
        return StepResult(str(document["step"]), dict(document["parameters"]), before, after)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _figures(row: Any) -> Figures:
    return {name: math.nan if row[name] is None else float(row[name]) for name in FIGURES}
