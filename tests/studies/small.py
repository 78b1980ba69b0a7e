"""A study of a few points and two epochs, and a runner that trains in the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from harmony_core.runs import ExperimentRecord, RunStore
from harmony_core.runs.execute import execute
from harmony_core.studies.folder import StudyFolder
from harmony_core.studies.plan import Study
from harmony_core.studies.results import CellResult
from harmony_core.studies.schedule import PlannedRun
from harmony_core.studies.study_file import parse_study
from harmony_core.studies.train import StudyTraining

Finished = Callable[[PlannedRun, ExperimentRecord], Iterable[PlannedRun]]


def study_text(
    methods: str = "ce, balanced_softmax",
    count: int = 2,
    settings: str = "- {data: clouds, factors: [4], params: {n_max: 40, test_per_class: 20}, "
    "epochs: 2}",
    more: str = "",
) -> str:
    return (
        "title: Small\ndevice: cpu\nrecord: {grid: 16}\n"
        f"seeds: {{first: 3, count: {count}}}\nmethods: [{methods}]\n{more}\n"
        f"settings:\n  {settings}\n"
    )


def small_study(**changes: object) -> Study:
    return parse_study(study_text(**changes))  # type: ignore[arg-type]


class HereRunner:
    """Trains one run after another; ``before`` is called with each and may raise."""

    def __init__(
        self, store: RunStore, before: Callable[[PlannedRun], None] = lambda run: None
    ) -> None:
        self.store, self.before = store, before
        self.trained: list[tuple[int, list[str]]] = []
        """The seed and the labels of each run."""

    def run(self, planned: Iterable[PlannedRun], finished: Finished) -> None:
        waiting = list(planned)
        while waiting:
            run = waiting.pop(0)
            self.before(run)
            labels = [method.label for method in run.config.methods]
            self.trained.append((run.config.seeds.data, labels))
            run_id = run.run_id or self.store.create(run.config, run.title).id
            waiting += finished(run, execute(self.store, run_id))


def train(
    study: Study,
    path: Path,
    before: Callable[[PlannedRun], None] = lambda run: None,
    only: tuple[str, ...] = (),
) -> tuple[list[CellResult], HereRunner]:
    """Train a study in the folder ``path``; its cells, and the runner that did."""
    folder = StudyFolder(path)
    folder.make()
    runner = HereRunner(folder.store, before)
    return StudyTraining(study, folder, {}).train(runner, only), runner
