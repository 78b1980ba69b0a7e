"""Pages that show texts of users: none of about a hundred is Markdown, HTML or Plotly's markup."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from harmony_core.runs.store import RunStore
from pages._inspect import inspected_file
from tests.injections import INJECTIONS, MARKS, hostile_run, table

from .conftest import Open
from .test_inspect import Here, handed_in

READ = {"body", "label", "help", "text", "caption", "captions", "content", "legend", "title"}
"""Fields of Streamlit's elements that a browser reads as Markdown."""
ALIKE = {"radio": {"options"}, "slider": {"options"}}
HTML = [text for text in INJECTIONS if re.search(r"<[a-z/!]", text, re.IGNORECASE)]
LATE = [text for text in INJECTIONS if re.search(r"\w://|:\w+/?\w*: |www\.|@|[-<>][-=>] x", text)]
"""What Streamlit replaces after escapes are resolved."""
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("hostile")
    return folder / "runs", hostile_run(RunStore(folder / "runs"), folder)


@pytest.fixture
def run(hostile: tuple[Path, str], store: RunStore) -> str:
    shutil.copytree(hostile[0] / hostile[1], store.root / hostile[1])
    return hostile[1]


def nodes(block: Any) -> Iterator[Any]:
    """All elements and blocks of a page."""
    yield block
    for child in getattr(block, "children", {}).values():
        yield from nodes(child)


def strings(message: Message, kind: str = "") -> Iterator[tuple[str, str, str]]:
    """Kind of the message, name of the field and text, for every text of an element."""
    kind = message.DESCRIPTOR.name.lower()
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from strings(one)
            elif isinstance(one, str):
                yield kind, field.name, one


def drawn(at: AppTest) -> list[tuple[str, str, str]]:
    protos = [
        getattr(node, "proto", None) for side in (at.main, at.sidebar) for node in nodes(side)
    ]
    return [text for proto in protos if isinstance(proto, Message) for text in strings(proto)]


def plotly_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from plotly_texts(part)


def check(at: AppTest) -> str:
    """No text is markup anywhere; returns what the page says in Markdown and HTML."""
    assert not at.exception
    said = []
    for kind, field, text in drawn(at):
        if kind == "html":
            assert not [mark for mark in HTML if mark in text], text[:300]
            said.append(html.unescape(text))
        elif kind == "plotlychart" and field == "spec":
            for part in plotly_texts(json.loads(text)):
                assert not re.search(r"<(a|img|script|svg|iframe)\b", part), part
        elif field in READ or field in ALIKE.get(kind, ()):
            plain = re.sub(r"(?<!`)`[^`\n]+`(?!`)", "", text)
            unescaped, resolved = re.sub(r"\\.", "", plain), re.sub(r"\\(.)", r"\1", plain)
            assert not [mark for mark in MARKS if mark in unescaped], (kind, field, text[:300])
            assert not [mark for mark in LATE if mark in resolved], (kind, field, text[:300])
            assert not BIDI.search(text)
            said.append(text)
    return "\n".join(said)


@pytest.mark.parametrize("page", ["arena", "density", "weights", "samples"])
def test_views_of_an_experiment(open_page: Open, run: str, page: str) -> None:
    assert "away" in check(open_page(page, run=run, epoch="2"))


def test_a_sample_under_the_microscope(open_page: Open, store: RunStore, run: str) -> None:
    scene = store.scene(run)
    for position in range(0, len(scene.tracked_targets), 20):
        sample = str(int(scene.tracked_index[position]))
        check(open_page("samples", run=run, epoch="2", sample=sample))
    at = open_page("samples", run=run, epoch="2")
    assert "![35](http://away.test/35.png)" in at.selectbox(key="pick-class").options


def test_maps_with_pictures_of_chosen_samples(open_page: Open, store: RunStore, run: str) -> None:
    at = open_page("embedding", run=run)
    check(at)
    for place in (0, 20, -1):
        name = at.selectbox(key="emb-pick").options[place]
        check(at.selectbox(key="emb-pick").set_value(name).run())
    assert any(kind == "image" and field == "caption" for kind, field, _ in drawn(at))


def test_two_experiments_side_by_side(open_page: Open, run: str) -> None:
    said = check(open_page("compare", a=run, b=run))
    assert INJECTIONS[0] in said  # as HTML that shows it


def test_home_after_it_was_opened(open_page: Open, run: str) -> None:
    check(open_page("home", run=run))


def test_the_inspection_of_such_a_table(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(inspected_file, "Job", Here)
    content = table(tmp_path / "a.csv").read_bytes()
    at = handed_in(
        open_page("inspect_data"), "`![x](http://away.test/x)` :material/home:.csv", content
    )
    assert not at.error
    assert "classes" in check(at)


@pytest.mark.parametrize("label", ["![x](http://away.test)", "`a``![x](y)`", ":material/home:"])
def test_an_error_that_names_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    monkeypatch.setattr(inspected_file, "Job", Here)
    content = f"x,{label},y\n" + "".join(f"{i}.5,{i}.25,{i}.75\n" for i in range(99))
    at = handed_in(open_page("inspect_data"), "a.csv", content)
    assert at.error
    check(at)
