"""Apply post-hoc steps to the networks in a checkpoint, and keep what comes out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from ...analysis.accuracy import group_recall, share_of, thirds
from ...arrays import Array
from ...errors import RunError
from ...files import make_folder, write_atomically
from ...readers.messages import Progress, silent
from ..store import RunStore
from .results import (
    Figures,
    StepResult,
    Steps,
    check_finished,
    result_path,
    stored_results,
    to_bytes,
)

if TYPE_CHECKING:
    from ...training.evaluate import TestFigures


def compute(
    store: RunStore,
    run_id: str,
    repeat: int,
    steps: Steps,
    progress: Progress = silent,
) -> dict[str, StepResult]:
    """The results of ``steps`` on one finished repeat; what is not on disk is computed and written.

    The data set is built again from the config, the networks come from the last checkpoint. Without
    the GPU of the training, the CPU does it. `RunError` if the repeat is not finished or has no
    checkpoint, and `DataError` if its data cannot be had any more.
    """
    check_finished(store, run_id, repeat)
    folder = make_folder(store.repeat_folder(run_id, repeat) / "posthoc")
    with FileLock(folder / "lock"):
        missing = {
            step: parameters
            for step, parameters in steps.items()
            if step not in stored_results(store, run_id, repeat, steps)
        }
        if missing:
            for result in _computed(store, run_id, repeat, missing, progress):
                path = result_path(store.root, run_id, repeat, result.step, result.parameters)
                write_atomically(path, to_bytes(result))
        found = stored_results(store, run_id, repeat, steps)
    return {step: found[step] for step in steps}


def _computed(
    store: RunStore, run_id: str, repeat: int, steps: Steps, progress: Progress
) -> list[StepResult]:
    from ...data import build_dataset
    from ...experiments.complete import complete
    from ...training.cpu_threads import divided
    from ...training.lockstep import Lockstep
    from ...training.posthoc import judge_steps

    config = complete(store.get(run_id).config)
    config = replace(config, device="cpu" if config.device == "cpu" else "auto")
    checkpoint = store.checkpoint(run_id, repeat)
    if checkpoint is None:
        raise RunError(f"Expected the checkpoint of experiment {run_id}, but it was deleted.")
    seed = config.seeds.of_repeat(repeat).data
    dataset = build_dataset(config.data, seed, progress)
    groups = thirds(dataset.train_counts)
    results: list[StepResult] = []
    with divided(config.model.name, dataset, len(config.methods)) as division:
        lockstep = Lockstep(config, dataset, repeat, threads=division.pool)
        lockstep.restore(checkpoint)
        judged = judge_steps(lockstep, steps, division.pool)
        before = tuple(_figures(figures, groups) for figures in next(judged).figures)
        for step, figures in judged:
            after = tuple(_figures(one, groups) for one in figures)
            results.append(StepResult(step, steps[step], before, after))
            progress("applying post-hoc steps", len(results) / len(steps))
    return results


def _figures(judged: TestFigures, groups: Array) -> Figures:
    recalls = share_of(judged.hits.cpu().numpy(), judged.tested.cpu().numpy())
    head, medium, tail = group_recall(recalls, groups)
    return {
        "balanced_accuracy": float(np.nanmean(recalls)),
        "head": float(head),
        "medium": float(medium),
        "tail": float(tail),
        "ece": float(judged.ece),
    }
