"""The report, the CSV, the JSON, the script and the command: complete, harmless, and they run."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.data.tables import load_training_data
from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file
from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.command import add_parser
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import run_pilot
from harmony_core.inspection.pilot.verdict import recommend
from harmony_core.inspection.report.files import classes_csv, save
from harmony_core.inspection.report.html import report_html

ROOT = Path(__file__).parents[3]
EVIL = (
    "</script><script>alert(1)</script>",
    '=HYPERLINK("http://evil")',
    '"><img src=x onerror=alert(1)>',
    "%{x} <b>bold</b> {{y}}",
    "line\u2028break \u202e evil",
)


def evil_table(path: Path) -> Path:
    rng = np.random.default_rng(0)
    labels = [name for name, n in zip(EVIL, (60, 40, 20, 12, 9), strict=True) for _ in range(n)]
    frame = pd.DataFrame(rng.normal(size=(len(labels), 3)), columns=["a", "<b>b</b>", "c"])
    frame["label"] = labels
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    """A file with hostile names, looked at in full."""
    from dataclasses import replace

    from harmony_core.readers.open import read_file

    path = evil_table(tmp_path_factory.mktemp("evil") / "</title><script>.csv".replace("/", "_"))
    seen = inspect_file(path)
    options = PilotOptions(seeds=2, methods=("logistic", "network"), epochs=2)
    pilot = run_pilot(read_file(path), seen.tail, options)
    return replace(seen, pilot=pilot, recommendation=recommend(pilot, seen.tail, seen.quality))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_report_holds_everything_and_fetches_nothing(found: Inspection) -> None:
    html = report_html(found)
    for title in ("The tail in figures", "Quality", "The pilot in figures", "All classes"):
        assert f">{title}<" in html
    assert found.pilot is not None
    for trial in found.pilot.trials:
        assert trial.label in html
    page = Tags()
    page.feed(html)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    for tag, attributes in page.tags:
        assert tag not in ("img", "iframe", "link", "object", "embed", "base")
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert not (value or "").startswith(("http", "//"))


def test_names_from_the_file_never_become_markup(found: Inspection) -> None:
    html = report_html(found)
    own = re.sub(r"(?s)<head>.*?</head>", "", html)
    page = Tags()
    page.feed(own)
    scripts = sum(tag == "script" for tag, _ in page.tags)
    assert scripts == html.count("Plotly.newPlot(")
    assert "<script>alert" not in own
    assert "<img" not in own
    assert "<b>bold" not in own
    assert "\u202e" not in own


@pytest.mark.parametrize("c", [1, 2, 59, 61, 10_000])
def test_the_charts_hold_from_one_class_to_ten_thousand(tmp_path: Path, c: int) -> None:
    sizes = np.maximum(np.round(5_000 / np.arange(1, c + 1)), 1).astype(int)
    lines = [f"class {i},{n}" for i, n in enumerate(sizes)]
    (tmp_path / "a.csv").write_text("name,count\n" + "\n".join(lines))
    seen = inspect_file(tmp_path / "a.csv")
    html = report_html(seen)
    assert len(html) < 8_000_000
    from harmony_core.inspection.report.charts import charts

    for theme in ("light", "dark"):
        figure = charts(seen, theme)[0][2]
        drawn = sum(len(t.x) for t in figure.data if t.customdata is not None)
        assert drawn == c if c < 100 else 500 < drawn <= 1_500


def test_the_csv_has_every_class_and_runs_no_formula(found: Inspection) -> None:
    text = classes_csv(found)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(EVIL)
    assert [int(row["count"]) for row in rows] == [60, 40, 20, 12, 9]
    assert {row["group"] for row in rows} <= {"head", "medium", "tail"}
    assert "near_duplicates" in rows[0]
    assert "recall_network" in rows[0]
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "@", "-", "\t", "\r", "|", "%"))


def test_training_data_keeps_the_file_s_own_test_split(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=100), "label": ["a"] * 70 + ["b"] * 29 + ["c"]})
    frame["split"] = ["test" if i % 5 == 0 else "train" for i in range(100)]
    frame.to_csv(tmp_path / "a.csv", index=False)
    data = load_training_data(tmp_path / "a.csv")
    assert data.class_names == ("a", "b")  # as scripts of earlier versions have it
    assert data.train_counts.tolist() == [56, 23]
    assert data.test_counts.tolist() == [6, 6]
    assert "single sample" in data.notes[0]
    assert data.notes[1] == "The test set is cut to 6 samples of every class, at random."
    held = load_training_data(tmp_path / "a.csv", split="")
    assert held.train_counts.tolist() == [61, 20]
    assert held.test_counts.tolist() == [9, 9]
    (tmp_path / "b.csv").write_text("class,count\na,5\nb,3\n")
    with pytest.raises(DataError, match="Provide the table"):
        load_training_data(tmp_path / "b.csv")


def test_a_test_set_stays_balanced_without_its_broken_images(
    pack: Callable[..., Path], picture: Callable[..., bytes]
) -> None:
    entries = {f"train/{c}/{i}.png": picture(i) for c in "ab" for i in range(6)}
    entries |= {f"test/{c}/{i}.png": picture(20 + i) for c in "ab" for i in range(5)}
    for i in (1, 3):
        entries[f"test/b/{i}.png"] = b"\x89PNG\r\n\x1a\n broken"
    data = load_training_data(pack("a.zip", entries))
    assert data.train_counts.tolist() == [6, 6]
    assert data.test_counts.tolist() == [3, 3]
    assert data.notes == ("Left out 2 images that cannot be decoded.",)


def command(*arguments: Any) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    given = parser.parse_args(["inspect", *map(str, arguments)])
    code: int = given.command(given)
    return code


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = evil_table(tmp_path / "a.csv")
    assert command(path, "--label", "label", "--html", tmp_path / "r.html", "--csv",
                   tmp_path / "c.csv", "--json", "--quiet") == 0  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    assert [row["count"] for row in document["classes"]] == [60, 40, 20, 12, 9]
    assert set(document) >= {
        "classes", "imbalance_factor", "gini", "entropy", "head_medium_tail", "references", "fits"
    }  # fmt: skip
    assert set(document["head_medium_tail"]) == {"rule", "head", "medium", "tail"}
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", "r.html", "c.csv"}
    assert command(path, "--quiet", "--bounds", 15, 50) == 0
    out = capsys.readouterr().out
    assert "Imbalance factor" in out
    assert "Head: more than 50 samples" in out
    assert "\u202e" not in out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--label", "nothing"], "label column"),
        (["--split", "a"], "train, validation or test"),
        (["--bounds", "50", "5"], "low"),
        (["--beta", "1.5"], "β"),
        (["--html", "no/such/folder/r.html"], "write"),
        (["--script", "t.py"], "--pilot"),
    ],
)
def test_the_command_fails_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = evil_table(tmp_path / "a.csv")
    assert command(path, "--quiet", "--fast", *options) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "r.html"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(DataError, match="No space left"):
        save(target, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    assert target.read_text() == "old"
