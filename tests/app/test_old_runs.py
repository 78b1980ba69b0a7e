"""Runs and links of 0.1.0 on the pages: they open without an error and show what they showed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.compatibility.old_files import RUNS, content, read_json, take

from .conftest import Open, texts

LINKS: dict[str, Any] = read_json("links.json")
PAGES = ("arena", "density", "weights", "embedding")
STATES = {
    "finished": "done", "every_loss": "done", "members": "done", "stopped": "stopped",
    "killed": "interrupted", "failed": "failed", "queued": "interrupted",
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("page", PAGES)
def test_a_run_opens(open_page: Open, runs_folder: Path, page: str, name: str) -> None:
    """With its state; only runs that failed or were cut off show an error."""
    at = open_page(page, run=take(name, runs_folder))
    assert not at.exception
    if page != "embedding" or name == "finished":
        assert f'data-run-state="{STATES[name]}"' in texts(at)
    if STATES[name] in ("done", "stopped"):
        assert not at.error
        assert not at.warning


@pytest.mark.parametrize("page", ["arena", "density", "weights", "samples"])
def test_a_link_to_an_epoch_a_sample_and_a_repeat_leads_there(
    open_page: Open, runs_folder: Path, page: str
) -> None:
    run_id = take("finished", runs_folder)
    at = open_page(page, run=run_id, epoch="2", sample="4", repeat="2")
    assert not at.exception
    assert not at.warning
    assert not at.error
    kept = {key: at.query_params[key] for key in ("run", "epoch", "sample", "repeat")}
    assert {k: v if isinstance(v, str) else v[0] for k, v in kept.items()} == {
        "run": run_id, "epoch": "2", "sample": "4", "repeat": "2",
    }  # fmt: skip
    if page == "samples":
        assert 'data-sample="4"' in texts(at)


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"repeat": "2", "epoch": "0"},
        {"map": "pca_l0.5_cosine"},
        {"colour": "g", "since": "first", "find": "1", "show": "0_2"},
        {"chosen": LINKS["chosen"][0]["text"]},
    ],
    ids=lambda link: "&".join(link) or "as usual",
)
def test_drawn_maps_are_shown_and_not_drawn_again(
    open_page: Open, runs_folder: Path, link: dict[str, str]
) -> None:
    """Each part of the link is kept as it was, so it was understood."""
    run_id = take("finished", runs_folder)
    before = content(runs_folder)
    at = open_page("embedding", run=run_id, **link)
    assert not at.exception
    assert not at.error
    assert not at.warning
    said = texts(at)
    assert f"How far each map can be trusted, epoch {link.get('epoch', '2')}" in said
    assert ('data-chosen="1"' in said) == ("chosen" in link)
    assert at.get("plotly_chart")
    assert not at.get("progress"), "nothing is being drawn"
    assert not [button for button in at.button if str(button.key).startswith("draw-button")]
    for key, value in link.items():
        now = at.query_params[key]
        assert (now if isinstance(now, str) else now[0]) == value
    assert content(runs_folder) == before


@pytest.mark.parametrize("old", LINKS["experiments"][::8], ids=lambda old: old["query"].get("data"))
def test_the_arena_opens_the_link_of_an_experiment(open_page: Open, old: dict[str, Any]) -> None:
    at = open_page("arena", **old["query"])
    assert not at.exception
    assert "This link could not be used" not in " ".join(w.value for w in at.warning)
    for key, value in old["query"].items():
        assert key in at.query_params, f"{key} = {value} is lost"


@pytest.mark.parametrize(
    "old",
    [old for old in LINKS["course"]["places"] if "class" not in old["query"]],
    ids=lambda old: old["address"],
)
def test_the_course_opens_at_the_step_of_a_link(open_page: Open, old: dict[str, Any]) -> None:
    at = open_page("learn", **old["query"])
    assert not at.exception
    assert not at.warning
    said = texts(at)
    assert f"Step {old['step']} of" in said
    assert f"{len(old['done'])} done" in said


def test_there_is_a_test_for_every_old_run() -> None:
    assert set(STATES) == set(RUNS)
