"""The cells of a study that its runs hold, each with the figures of its last epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..analysis.seeds import frame_metrics
from ..errors import HarmonyError, RunError
from ..experiments.complete import complete
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from .cells import held_cells
from .plan import Cell

MISSING = "missing"
"""The state of a cell that no run holds; every other state is that of its run."""


@dataclass(frozen=True)
class CellResult:
    """A cell, the run that holds it, and its figures once it is done."""

    cell: Cell
    key: str = ""
    run_id: str = ""
    state: str = MISSING
    error: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    """By the names of `analysis.seeds.frame_metrics`, at the last epoch; empty unless done."""


class Results:
    """What the runs of a store hold, by cell; every finished run is read once."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self._runs: dict[str, ExperimentRecord] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._figures: dict[str, dict[str, dict[str, float]]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read all records again."""
        records, _ = self.store.scan()
        self._runs = {}
        for record in records:
            self.add(record)

    def add(self, record: ExperimentRecord) -> None:
        """Take in a run that is new or has changed; one that cannot be read is left out."""
        if record.id not in self._keys:
            try:
                held = list(held_cells(complete(record.config)))
            except HarmonyError:  # written with names that are no longer known
                held = []
            self._keys[record.id] = tuple(cell.key for cell in held)
        self._runs[record.id] = record
        if record.state == "done" and record.id not in self._figures:
            try:
                self._figures[record.id] = self._read(record)
            except RunError:  # its files are damaged: its cells are trained again
                self._keys[record.id] = ()

    def forget(self, run_id: str) -> None:
        """Leave out a run that was deleted."""
        self._runs.pop(run_id, None)

    def unfinished(self) -> list[tuple[ExperimentRecord, tuple[str, ...]]]:
        """Runs that can be resumed and that no other process trains, with the keys of their cells.

        Oldest first.
        """
        records = sorted(self._runs.values(), key=lambda record: record.id)
        return [(r, self._keys[r.id]) for r in records if r.resumable]

    def cells(self, keys: Sequence[tuple[Cell, str]]) -> list[CellResult]:
        """What is known of these cells; of several runs of a cell the first that is done counts."""
        by_key: dict[str, str] = {}
        for run_id in sorted(self._runs):
            for key in self._keys[run_id]:
                if key not in by_key or not self._done(by_key[key]):
                    by_key[key] = run_id
        found = []
        for cell, key in keys:
            if key not in by_key:
                found.append(CellResult(cell, key))
                continue
            run_id = by_key[key]
            record = self._runs[run_id]
            done = self._done(run_id)
            error = "" if done else record.error
            figures = self._figures[run_id][key] if done else {}
            found.append(CellResult(cell, key, run_id, record.state, error, figures))
        return found

    def _done(self, run_id: str) -> bool:
        return self._runs[run_id].state == "done"

    def _read(self, record: ExperimentRecord) -> dict[str, dict[str, float]]:
        """The figures of each cell of a finished run, by key."""
        store, config = self.store, complete(record.config)
        figures = {}
        for repeat in range(config.seeds.repeats):
            scene = store.scene(record.id, repeat)
            frames = store.frames(record.id, repeat, config.epochs)
            for cell in held_cells(config):
                if cell.repeat == repeat:
                    figures[cell.key] = frame_metrics(scene, frames[cell.method])
        return figures
