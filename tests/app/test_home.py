"""Home has a door that leads somewhere, and says what is known and what is not."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from harmony_core.analysis.seeds import frame_metrics
from harmony_core.config import ExperimentConfig, RecordConfig
from harmony_core.data import build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query
from harmony_core.experiments.presets import PRESETS
from harmony_core.training.lockstep import Lockstep
from harmony_core.viewer.payload import build_payload
from pages._home.page import CARDS
from pages._session import recording
from pages._shared import backend

from .conftest import FakeQueue, Open, frame, scene, texts

PRESET_RESULTS = (Path(__file__).parents[2] / "docs" / "presets.md").read_text("utf-8")


def test_home_opens_and_warms_the_workers_soon(
    open_page: Open, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "FIRST_PAINT", 0.0)
    at = open_page("home")
    assert not at.exception
    assert not at.error
    end = time.monotonic() + 30
    while not queue.warmed:
        assert time.monotonic() < end, "waited in vain for the workers"
        time.sleep(0.01)


def test_every_door_leads_to_an_experiment(open_page: Open) -> None:
    links = open_page("home").get("page_link")
    pages = ["arena", "learn", "inspect_data", "teach", "evidence", *["arena"] * 3]
    assert [link.proto.page for link in links] == pages


def test_cards_open_the_presets_that_they_name(open_page: Open) -> None:
    at = open_page("home")
    opened = [link.proto.query_string for link in at.get("page_link") if link.proto.query_string]
    for (name, _), query in zip(CARDS, opened, strict=True):
        assert complete(from_query(parse_qs(query))) == complete(PRESETS[name].config)
        assert PRESETS[name].title in [heading.value for heading in at.subheader]


@pytest.mark.parametrize("name", [name for name, _ in CARDS])
def test_the_claims_of_a_card_held_in_every_seed_measured(name: str) -> None:
    section = PRESET_RESULTS.split(f"## {PRESETS[name].title}\n")[1].split("\n## ")[0]
    claims = [line for line in section.splitlines() if line.startswith("- ")]
    assert len(claims) == len(PRESETS[name].claims)
    assert all(" in 10 of 10 seeds, " in claim for claim in claims)


@pytest.mark.parametrize("name", [name for name, _ in CARDS])
def test_the_run_that_a_card_opens_shows_its_claims(name: str) -> None:
    preset = PRESETS[name]
    record = RecordConfig(every=10_000, grid=100, tracked=10, bins=10)
    config = complete(replace(preset.config, device="cpu", record=record))
    lockstep = Lockstep(config, build_dataset(config.data, config.seeds.data), 0)
    last = [frames for frames in lockstep.run() if frames][-1]
    found = [frame_metrics(lockstep.scene(), frame) for frame in last]
    for claim in preset.claims:
        gain = found[claim.better][claim.figure] - found[claim.worse][claim.figure]
        assert gain < 0 if claim.figure == "disagreement" else gain > 0


def test_home_says_that_the_equations_are_a_reconstruction(open_page: Open) -> None:
    said = re.sub(r"<[^>]*>", "", texts(open_page("home")))
    assert "our reconstruction" in said
    assert "real and modest" in said


def test_without_a_recording_the_hero_has_a_picture(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "RECORDINGS", tmp_path / "none")
    assert 'class="hero-picture"' in texts(open_page("home"))


@pytest.mark.parametrize("damage", [False, True])
def test_a_recording_plays_unless_it_is_damaged(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bool
) -> None:
    rows = [[frame(m, 0, epoch) for m in range(2)] for epoch in range(3)]
    wire = build_payload("recorded", scene(), ["A", "B"], rows, 2, "done").wire()
    path = tmp_path / "home.bin"
    path.write_bytes(wire[:40] if damage else wire)
    origin = {"config": complete(ExperimentConfig()).to_dict()}
    path.with_name("home.bin.json").write_text(json.dumps(origin))
    monkeypatch.setattr(recording, "RECORDINGS", tmp_path)
    at = open_page("home")
    assert not at.exception
    assert ('class="hero-picture"' in texts(at)) is damage
