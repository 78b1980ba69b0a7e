"""Train the cells that a study lacks, and keep its table up to date.

A run that fails is tried once more: method by method if it trained several, so that one that cannot
be trained costs only its own cells. What fails again is marked in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from ..errors import RunError
from ..runs.execute import MIN_FREE_BYTES
from ..runs.record import ExperimentRecord
from .cells import cell_keys
from .folder import ADVICE, TABLE_FILE, StudyFolder
from .local import Finished
from .plan import Study
from .results import CellResult, Results
from .schedule import PlannedRun, plan_runs
from .table import table_csv

OnProgress = Callable[[int, int], None]
"""Called with the number of cells that have ended, and of all cells."""
ATTEMPTS = 2


class Runner(Protocol):
    """What trains runs: `local.LocalRunner` or `cluster.ClusterRunner`."""

    def run(self, planned: Iterable[PlannedRun], finished: Finished) -> None: ...


class StudyTraining:
    """The training of one study in its folder, whose lock the caller holds."""

    def __init__(
        self,
        study: Study,
        folder: StudyFolder,
        sources: Mapping[str, str],
        progress: OnProgress = lambda done, total: None,
    ) -> None:
        self.study, self.folder, self.sources = study, folder, sources
        self.results = Results(folder.store)
        self._keys = cell_keys(study, sources)
        self._progress = progress
        self._done = self._total = 0

    def cells(self) -> list[CellResult]:
        """All cells of the study, as they are now."""
        return self.results.cells(self._keys)

    def write_table(self) -> list[CellResult]:
        """Write ``table.csv``; the cells in it."""
        cells = self.cells()
        self.folder.write(TABLE_FILE, table_csv(cells).encode())
        return cells

    def train(self, runner: Runner, only: Sequence[str] = ()) -> list[CellResult]:
        """Train all cells that are not done, or those of the settings called ``only``.

        Returns all cells. A full disk raises `RunError`; that, and Ctrl-C, leave runs that the next
        call continues.
        """
        self._check_space()
        wanted = [cell for cell in self.cells() if not only or cell.cell.setting.name in only]
        planned = plan_runs(wanted, self.results, self.sources)
        self._total = len(wanted)
        self._done = self._total - sum(run.cells for run in planned)
        self._progress(self._done, self._total)
        try:
            if planned:
                runner.run(planned, self._finished)
        finally:
            self.results.refresh()
        return self.write_table()

    def _finished(self, run: PlannedRun, record: ExperimentRecord) -> list[PlannedRun]:
        """Take in a run that has ended; the runs to try in its place, if it failed."""
        store = self.folder.store
        if record.state == "done":
            for repeat in range(record.config.seeds.repeats):
                store.drop_checkpoint(record.id, repeat)
            self.results.add(record)
            self._ended(run)
            return []
        self._check_space()
        if run.attempt < ATTEMPTS:
            if record.state == "failed" and run.cells > 1:
                store.delete(record.id)
                self.results.forget(record.id)
                return run.one_by_one()
            self.results.add(record)
            return [PlannedRun(record.config, run.title, record.id, run.attempt + 1)]
        if record.state == "interrupted":  # its worker died twice
            with store.running(record.id):
                record = record.replace(state="failed")
                store.save(record)
        self.results.add(record)
        self._ended(run)
        return []

    def _ended(self, run: PlannedRun) -> None:
        self.write_table()
        self._done += run.cells
        self._progress(self._done, self._total)

    def _check_space(self) -> None:
        free = self.folder.store.free_bytes()
        if free < MIN_FREE_BYTES:
            raise RunError(
                f"Expected at least {MIN_FREE_BYTES // 2**20} MB free on the disk of "
                f"{self.folder.path}, but got {free / 2**20:.1f} MB. {ADVICE}"
            )
