"""The inspection page: ways in, what it shows, what it refuses, and what one takes along."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.config import ExperimentConfig
from harmony_core.data.uploads import resolve_source
from harmony_core.inspection.process import worker
from harmony_core.inspection.process.job import Status
from harmony_core.inspection.process.worker import Request, failure
from pages._inspect import inspected_file, visit_folder
from pages._inspect.downloads import arena_config
from pages._inspect.inspected_file import KEY, InspectedFile
from pages._inspect.visit_folder import safe_name

from .conftest import Open, control, texts

LEAVES = Path(__file__).parents[2] / "assets" / "examples" / "leaves.csv"
SMALL = "x,y,label\n" + "".join(
    f"{i % 7},{i * 13 % 11}.5,{'common' if i % 6 else 'rare'}\n" for i in range(90)
)


def failed(line: dict[str, Any]) -> dict[str, Any]:
    """What `Job` makes of the last line of its process."""
    return {**line, "columns": tuple(line["columns"])}


class Here:
    """In place of `Job`: does the work at once, in this process."""

    hold = False
    """Begin and never end."""

    def __init__(self, request: Request, visitor: str = "") -> None:
        self.request = request
        self.seconds = 5.0
        self.status = Status("running", "Counting classes", 0.25)
        if not Here.hold:
            self.finish()

    def say(self, line: dict[str, object]) -> None:
        if "stage" in line:
            self.status = replace(self.status, stages=self.status.stages + 1)

    def finish(self) -> None:
        options = self.request.options
        short = replace(
            options, seeds=2, epochs=2, methods=options.methods or ("logistic", "network")
        )
        asked = replace(self.request, options=short)
        try:
            worker.main(asked, self.say)
            self.status = replace(self.status, state="done", stages=self.status.stages + 1)
        except Exception as error:  # noqa: BLE001 - as the worker does
            self.status = replace(self.status, state="failed", **failed(failure(error)))

    def cancel(self) -> None:
        if self.status.active:
            self.status = replace(self.status, state="cancelled")

    def wait(self, seconds: float) -> bool:
        return True


@pytest.fixture
def page(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    monkeypatch.setattr(inspected_file, "Job", Here)
    monkeypatch.setattr(Here, "hold", False)

    def open_it() -> AppTest:
        at = open_page("inspect_data")
        at.default_timeout = 120  # the work of the worker is done within a run here
        return at

    return open_it


def handed_in(at: AppTest, name: str, content: bytes | str) -> AppTest:
    data = content.encode() if isinstance(content, str) else content
    at.file_uploader(key="inspect-upload").set_value((name, data, "application/octet-stream"))
    return at.run()


def errors(at: AppTest) -> str:
    return " ".join(element.value for element in at.error)


def headers(at: AppTest) -> list[str]:
    return [header.value for header in at.header]


def test_it_says_what_it_takes_and_what_becomes_of_it(page: Callable[[], AppTest]) -> None:
    at = page()
    assert not at.exception
    said = texts(at)
    assert "200 MB" in said
    assert "Nothing leaves this machine" in said
    assert "deleted when you close the page" in said
    assert headers(at) == []


def test_an_upload_is_looked_at_and_the_label_can_be_changed(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "my leaves.csv", LEAVES.read_bytes())
    assert not at.exception
    assert not at.error
    assert headers(at) == [
        "How long is the tail?", "Is the tail clean?", "What else bears on the tail?",
        "Which method is worth trying?",
        "Take it with you",
    ]  # fmt: skip
    said = texts(at)
    assert "my leaves.csv" in said
    assert "56.9 times" in said
    assert "Size of the largest class over size of the smallest class" in said
    assert "Read it beside the references" in said
    assert "iNaturalist 2018" in said
    assert control(at.selectbox, "Label column").value == "species"
    control(at.selectbox, "Label column").set_value("site").run()
    assert not at.exception
    assert control(at.selectbox, "Label column").value == "site"
    assert "park" in texts(at)


def test_the_level_of_folders_that_names_the_class_can_be_chosen(
    page: Callable[[], AppTest],
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("ill/p0", "ill/p1", "ill/p2", "well/p0", "well/p1", "well/p2"):
            archive.writestr(f"{name}/1.png", b"no image")
    at = handed_in(page(), "scans.zip", out.getvalue())
    place = control(at.selectbox, "Where images have their class")
    assert (place.value, list(place.options)) == ("folder 1", ["folder 1", "folder 2"])
    assert any("the other levels are pooled" in caption.value for caption in at.caption)
    at = place.set_value("folder 2").run()
    assert not at.exception
    assert any("folder 2 (chosen by you)" in caption.value for caption in at.caption)
    assert control(at.selectbox, "Where images have their class").value == "folder 2"


def test_bounds_beta_and_k_change_the_figures(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", LEAVES.read_bytes())
    assert "Head: more than 100 samples" in texts(at)
    at.button_group(key="inspect-of-rule").set_value("own").run()
    at.number_input(key="inspect-of-high").set_value(300).run()
    at.number_input(key="inspect-of-low").set_value(50).run()
    said = texts(at)
    assert not at.exception
    assert "Head: more than 300 samples; tail: fewer than 50" in said
    assert "2 of 6 classes are in the tail" in said
    at.number_input(key="inspect-of-low").set_value(5_000).run()  # above the other bound
    assert not at.exception
    assert not at.error
    at.number_input(key="inspect-of-top").set_value(6).run()
    assert "hold <b>100.0%</b>" in texts(at)
    at.selectbox(key="inspect-of-beta").set_value(0.9).run()
    assert not at.exception


@pytest.mark.parametrize(
    ("text", "classes"), [("cat, 90\ndog, 5\nfox; 3", None), ("cat, 90\ndog, 5\n", 2),
                          ("name\tcount\ncat\t90\ndog\t5\nemu\t1", 3), ("only, 7", 1)]
)  # fmt: skip
def test_bare_counts(page: Callable[[], AppTest], text: str, classes: int | None) -> None:
    at = page()
    at.button_group(key="inspect-way").set_value("counts").run()
    at.text_area(key="inspect-counts").set_value(text)
    at.button[0].click().run()
    assert not at.exception
    if classes is None:
        assert errors(at)
        return
    assert not errors(at)
    assert f"{classes:,} classes" in texts(at) or f"of {classes}" in texts(at) or classes == 1
    assert "Counts alone have no samples to check" in texts(at)
    assert "The file holds only counts" in texts(at)
    assert "inspect-open" not in {button.key for button in at.button}


def test_no_counts_at_all_are_asked_for(page: Callable[[], AppTest]) -> None:
    at = page()
    at.button_group(key="inspect-way").set_value("counts").run()
    at.button[0].click().run()
    assert not at.exception
    assert "a class and its count on every line" in at.toast[0].value


def test_counts_with_a_class_twice_are_doubted(page: Callable[[], AppTest]) -> None:
    at = page()
    at.button_group(key="inspect-way").set_value("counts").run()
    at.text_area(key="inspect-counts").set_value("cat, 90\ncat, 5\ndog, 3\ndog, 9")
    at.button[0].click().run()
    assert not at.exception
    assert "each class once" in at.warning[0].value or "olumn" in errors(at)


@pytest.mark.parametrize("number", range(5))
def test_every_example_opens(page: Callable[[], AppTest], number: int) -> None:
    at = page()
    at.button_group(key="inspect-way").set_value("example").run()
    at.button(key=f"inspect-example-{number}").click().run()
    assert not at.exception
    assert not at.error
    assert "What to look for" in texts(at)
    assert "Take it with you" in headers(at)


def test_what_goes_on_is_shown_and_can_be_cancelled(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Here, "hold", True)
    at = handed_in(page(), "a.csv", SMALL)
    assert not at.exception
    assert at.get("progress")[0].proto.text == "Counting classes, 25 %"
    at.button(key="inspect-cancel").click().run()
    assert "was cancelled" in at.info[0].value
    monkeypatch.setattr(Here, "hold", False)
    at.button(key="inspect-again").click().run()
    assert "Take it with you" in headers(at)


def test_removing_the_file_empties_page_and_folder(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    path = at.session_state[KEY].path
    assert path.is_file()
    at.button(key="inspect-remove").click().run()
    assert not at.exception
    assert headers(at) == []
    assert not path.exists()
    assert at.file_uploader[0].value is None
    at.file_uploader[0].set_value(("b.csv", SMALL.encode(), "text/csv"))
    at.run()
    assert "b.csv" in texts(at)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.png", b"\0" * (8 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("images.zip", bomb(), "packed more tightly"),
        ("table.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 50, "one image"),
        ("notes.pdf", b"%PDF-1.4", "a PDF"),
        ("../../../etc/passwd", b"\x80\x04\x95pickle", "pickle"),
        ("empty.csv", b"", "empty"),
        ("a.csv", b"x,y\n" + b"".join(b"%d.5,%d.25\n" % (i, i) for i in range(60)), "olumn"),
        ("\u202etxt.exe<script>.csv", b"MZ\x90", "a program"),
    ],
)
def test_hostile_uploads_are_one_clear_message(
    page: Callable[[], AppTest], name: str, content: bytes, says: str
) -> None:
    at = handed_in(page(), name, content)
    assert not at.exception
    assert len(at.error) == 1
    assert says in errors(at)
    assert "Traceback" not in errors(at)
    assert headers(at) == []
    at = handed_in(at, "good.csv", SMALL)  # and the page goes on
    assert not at.error
    assert "Take it with you" in headers(at)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\my file.csv", "my file.csv"),
        ("..", "file"),
        (".hidden", "hidden"),
        ("a\0b\n.csv", "a_b_.csv"),
        ("x" * 300 + ".parquet", "x" * 80 + ".parquet"),
        ("Ä ö.csv", "Ä ö.csv"),
        ("a|rm -rf *.csv", "a_rm -rf _.csv"),
    ],
)
def test_names_of_files_are_kept_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def room_of(at: AppTest) -> visit_folder.VisitFolder:
    kept: visit_folder.VisitFolder = at.session_state["inspect room"]
    return kept


def config_of(at: AppTest) -> ExperimentConfig:
    now: InspectedFile = at.session_state[KEY]
    found = now.found()
    assert found is not None
    return arena_config(now, found)


def test_a_table_opens_in_the_arena_and_trains_there(page: Callable[[], AppTest]) -> None:
    from harmony_core.data import build_dataset

    at = handed_in(page(), "a.csv", LEAVES.read_bytes())
    config = config_of(at)
    assert config.data.name == "table"
    assert resolve_source(str(config.data.params["source"])).read_bytes() == LEAVES.read_bytes()
    data = build_dataset(config.data, 0)
    assert data.class_names == ("beech", "birch", "oak", "pine", "rowan", "yew")
    assert sorted(data.train_counts.tolist()) == [13, 40, 65, 185, 347, 740]
    at.button(key="inspect-open").click().run()
    assert not at.exception
    at.switch_page("pages/arena.py").run()
    assert not at.exception
    assert not at.error
    assert at.button_group(key="arena-section").value == "table"
    assert "Your table" in at.title[0].value


def test_digits_open_in_the_arena_as_they_are(page: Callable[[], AppTest]) -> None:
    at = page()
    at.button_group(key="inspect-way").set_value("example").run()
    at.button(key="inspect-example-4").click().run()
    config = config_of(at)
    assert (config.data.name, config.data.imbalance_factor) == ("digits", 50)
    assert config.epochs == 20


def test_the_folder_of_a_visit_goes_with_it(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    path: Any = at.session_state[KEY].path
    visit = path.parents[1]
    sessions = tmp_path / "uploads" / "sessions"
    (server,) = (folder for folder in sessions.iterdir() if folder.is_dir())
    assert visit.parent == server
    kept = room_of(at)
    assert kept.folder == visit
    monkeypatch.setattr(visit_folder, "GRACE", 300.0)
    kept.leave()  # the line breaks, and comes back
    assert kept.stay()
    assert path.is_file()
    kept.close()
    assert not kept.stay()
    assert not visit.exists()
    assert server.exists()
    at.run()
    assert not at.exception
    assert "Upload it again" in at.info[0].value
    assert "Take it with you" in headers(handed_in(at, "b.csv", SMALL))


def test_a_lost_connection_ends_the_visit(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    kept = room_of(at)
    monkeypatch.setattr(visit_folder, "GRACE", 0.0)
    kept.leave()
    end = time.monotonic() + 60
    while kept.folder.exists():
        assert time.monotonic() < end, "the folder of the visit is still there"
        time.sleep(0.01)


def test_results_are_strict_json_without_samples(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    from harmony_core.inspection.report.document import to_json

    document = json.loads(to_json(at.session_state[KEY].found()))
    assert [row["name"] for row in document["classes"]] == ["common", "rare"]
    assert np.isfinite(document["gini"])
