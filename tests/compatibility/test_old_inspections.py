"""Inspections made by 0.1.0: stored results are read, and the same files give the same figures."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from harmony_core.cli import main
from harmony_core.inspection.process.result_file import load_found
from harmony_core.inspection.report.document import to_document
from harmony_core.inspection.report.html import report_html

from .old_files import OLD, assert_holds, read_json

FOLDER = OLD / "inspection"
EACH = pytest.mark.parametrize("name", ["leaves.csv", "pictures.zip"])


def numbers(page: str) -> list[str]:
    """The numeric cells of a report's tables."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    cells = re.findall(r'<td class="n">(.*?)</td>', body)
    return [unescape(re.sub(r"<[^>]*>", "", cell)) for cell in cells]


@pytest.mark.parametrize(
    ("name", "document"), [("leaves.csv", "leaves.csv.stored"), ("pictures.zip", "pictures.zip")]
)
def test_a_stored_result_is_read(name: str, document: str) -> None:
    """Tail, quality, pilot and recommendation; the table's was stored with a pilot."""
    found = load_found(FOLDER / f"{name}.npz")
    assert (found.pilot is not None) == (name == "leaves.csv")
    assert_holds(
        json.loads(json.dumps(to_document(found))), read_json(f"inspection/{document}.json"),
        "definitions",
    )  # fmt: skip
    if found.pilot is None:
        assert numbers(report_html(found)) == read_json(f"inspection/{name}.cells.json")


@EACH
def test_a_file_gives_the_same_figures(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON, as the table of classes, and in the numeric cells of the report."""
    page, classes = tmp_path / "report.html", tmp_path / "classes.csv"
    words = ["--json", "--quiet", "--html", str(page), "--csv", str(classes)]
    assert main(["inspect", str(FOLDER / name), *words]) == 0
    document = json.loads(capsys.readouterr().out)
    assert_holds(document, read_json(f"inspection/{name}.json"), "definitions")
    assert numbers(page.read_text("utf-8")) == read_json(f"inspection/{name}.cells.json")
    assert classes.read_bytes() == (FOLDER / f"{name}.classes.csv").read_bytes()
