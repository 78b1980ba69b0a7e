"""A figure of the tail is one declaration and one line: everything that shows figures shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.inspection import inspect_file
from harmony_core.inspection.command import summary
from harmony_core.inspection.report.document import to_json
from harmony_core.inspection.report.html import report_html
from harmony_core.inspection.tail.figures import FIGURES, SEVERAL, SHIFT, Figure

ROOT = Path(__file__).parents[3]
TABLE = "species,split\n" + "cat,train\n" * 6 + "emu,train\n" * 2 + "cat,test\nemu,test\n"
RANGE = Figure(
    name="size_range",
    title="Range of sizes",
    definition="Largest class minus smallest class.",
    meaning="Says little by itself.",
    style="count",
    card=True,
    value=lambda c: float(c.present.max() - c.present.min()),
)
TESTED = Figure(
    name="tested_classes",
    title="Tested classes",
    definition="Classes with a test sample.",
    meaning="The others cannot be judged.",
    style="count",
    section=SHIFT,
    value=lambda c: float((c.tested > 0).sum()),
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    for figure in (RANGE, TESTED):
        monkeypatch.setitem(FIGURES, figure.name, figure)


@pytest.mark.usefixtures("registered")
def test_a_registered_figure_is_in_every_report(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE)
    found = inspect_file(path, quality=False)
    document = json.loads(to_json(found))
    report = report_html(found)
    for figure, value in ((RANGE, 4), (TESTED, 2)):
        assert document["figures"][figure.name] == value
        assert document["definitions"][figure.name]["definition"] == figure.definition
        assert f"<td>{figure.definition}</td><td>{figure.meaning}</td>" in report
        assert f"{figure.title} " in summary(found)


@pytest.mark.usefixtures("registered")
def test_a_registered_figure_is_on_the_page(tmp_path: Path) -> None:
    def page(path: str) -> None:
        from harmony_core.inspection import inspect_file
        from pages._inspect.tail import tail_section

        tail_section(inspect_file(path, quality=False))

    path = tmp_path / "a.csv"
    path.write_text(TABLE)
    at = AppTest.from_function(page, args=(str(path),), default_timeout=20).run()
    assert not at.exception
    drawn = [block.proto.body for block in at.get("html")]
    for figure in (RANGE, TESTED):
        card = f"<dt>{figure.title}</dt>"
        assert sum(card in body for body in drawn) == 1, "one card"
        assert sum(figure.meaning in body for body in drawn) == 2, "and one row of the table"


def test_figures_of_several_labels_need_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,tags\n" + "1,a;b\n" * 6 + "1,a\n" * 3 + "2,b\n" * 3 + "2,a;c\n2,b;c\n")
    several = [f.name for f in FIGURES.values() if f.section == SEVERAL]
    both = json.loads(to_json(inspect_file(path, quality=False)))["figures"]
    one = json.loads(to_json(inspect_file(path, quality=False, separator="none")))["figures"]
    assert set(several) <= set(both)
    assert not set(several) & set(one)
