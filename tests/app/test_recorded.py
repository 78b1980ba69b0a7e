"""Every page opens an experiment that another loop trained, and says what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

import harmony_core
from harmony_core.losses import build_loss
from harmony_core.runs.store import RunStore
from tests.recording.loops import COUNTS, record_blobs

Open = Callable[..., AppTest]
PAGES = ("arena", "density", "weights", "samples", "embedding")


def recorded(root: Path, kind: str) -> str:
    """A recording: of a loss of Harmony's with all there is, or with as little as possible."""
    if kind == "ours":
        return record_blobs(root, build_loss("harmonized", COUNTS, anneal=0.0), title="My loop")
    with harmony_core.record(root, title="My loop") as run:
        for _ in range(2):
            run.step(torch.randn(30, 3), torch.arange(30) % 3)
            run.epoch()
    return run.id


def texts(at: AppTest) -> str:
    parts = [*at.info, *at.caption, *at.markdown, *at.header, *at.title, *at.warning]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("kind", ["ours", "bare"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_it(open_page: Open, runs_folder: Path, page: str, kind: str) -> None:
    run = recorded(runs_folder, kind)
    at = open_page(page, run=run)
    assert not at.exception
    assert not at.error
    said = texts(at)
    assert "My loop" in said
    assert "Recorded from a training loop outside Harmony" in said
    keys = {button.key for button in at.button}
    assert "resume" not in keys
    assert "record-embedding" not in keys


def test_the_arena_offers_neither_a_script_nor_a_command(
    open_page: Open, runs_folder: Path
) -> None:
    at = open_page("arena", run=recorded(runs_folder, "ours"))
    assert "There is no script and no command that repeats it" in texts(at)
    assert not [box for box in at.selectbox if box.key == "script-method"]
    assert "same initial weights" not in texts(at)
    assert at.query_params["run"]


def test_a_recording_without_rows_says_how_to_follow_samples(
    open_page: Open, runs_folder: Path
) -> None:
    assert "run.rows" in texts(open_page("samples", run=recorded(runs_folder, "bare")))


def test_one_that_ended_early_cannot_be_resumed(open_page: Open, runs_folder: Path) -> None:
    run = harmony_core.record(runs_folder, epochs=3)
    run.step(torch.randn(6, 3), torch.arange(6) % 3)
    run.epoch()
    run.close(ZeroDivisionError("as a bug would"))
    at = open_page("arena", run=run.id)
    assert not at.exception
    assert "ZeroDivisionError: as a bug would" in at.error[0].value
    assert "resume" not in {button.key for button in at.button}


def test_two_recordings_are_compared(open_page: Open, runs_folder: Path) -> None:
    a = recorded(runs_folder, "ours")
    b = record_blobs(runs_folder, nn.CrossEntropyLoss(), epochs=2)
    at = open_page("compare", a=a, b=b)
    assert not at.exception
    assert "whether both were tested on the same samples is not recorded" in texts(at)
    assert RunStore(runs_folder).get(b).title == ""
