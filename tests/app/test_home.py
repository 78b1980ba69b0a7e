"""Home has a door that leads somewhere, and says what is known and what is not."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from harmony_core.experiments.link import from_query
from harmony_core.viewer.payload import build_payload
from pages._home import recording
from pages._shared import backend

from .conftest import FakeQueue, Open, frame, scene, texts


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
    queries = [link.proto.query_string for link in links if link.proto.query_string]
    names = {from_query(dict(parse_qsl(query))).data.name for query in queries}
    assert len(names) == 3


def test_home_says_that_the_equations_are_a_reconstruction(open_page: Open) -> None:
    said = re.sub(r"<[^>]*>", "", texts(open_page("home")))
    assert "our reconstruction" in said
    assert "real and modest" in said


def test_without_a_recording_the_hero_has_a_picture(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "RECORDING", tmp_path / "none.bin")
    assert 'class="hero-picture"' in texts(open_page("home"))


@pytest.mark.parametrize("damage", [False, True])
def test_a_recording_plays_unless_it_is_damaged(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bool
) -> None:
    rows = [[frame(m, 0, epoch) for m in range(2)] for epoch in range(3)]
    wire = build_payload("recorded", scene(), ["A", "B"], rows, 2, "done").wire()
    path = tmp_path / "home.bin"
    path.write_bytes(wire[:40] if damage else wire)
    monkeypatch.setattr(recording, "RECORDING", path)
    at = open_page("home")
    assert not at.exception
    assert ('class="hero-picture"' in texts(at)) is damage
