"""Inspections made by 0.1.0: stored results are read, and the same files give the same figures."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

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
    new, old = json.loads(json.dumps(to_document(found))), read_json(f"inspection/{document}.json")
    assert_holds(new, old, "definitions", "pilot", "recall", "method")
    if found.pilot is not None:
        assert_same_pilot(new, old)
        assert "The pilot in figures" in report_html(found)
    else:
        assert numbers(report_html(found)) == read_json(f"inspection/{name}.cells.json")


def assert_same_pilot(new: dict[str, Any], old: dict[str, Any]) -> None:
    """The five networks of 0.1.0 have names among more contestants now; their figures are kept."""
    assert new["recommendation"]["method"] == "network"
    for now, before in zip(new["pilot"]["methods"], old["pilot"]["methods"], strict=True):
        assert now["label"] == f"network, {before['label']}"
        assert now["loss"] == before["loss"]
        for figure in ("balanced_accuracy", "head", "medium", "tail"):
            assert now["figures"][figure]["splits"] == pytest.approx(before[figure]["seeds"])
        for row, row_before in zip(new["classes"], old["classes"], strict=True):
            assert row["recall"][now["name"]] == pytest.approx(
                row_before["recall"][before["label"]]
            )
    assert new["pilot"]["learning_curve"] == old["pilot"]["learning_curve"]
    assert new["pilot"]["gradient_density"] == old["pilot"]["methods"][0]["gradient_density"]


@EACH
def test_a_file_gives_the_same_figures(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON and as the table of classes; all but suspect labels, which are judged better now."""
    classes = tmp_path / "classes.csv"
    words = ["--json", "--quiet", "--csv", str(classes)]
    assert main(["inspect", str(FOLDER / name), *words]) == 0
    document = json.loads(capsys.readouterr().out)
    judged = ("suspects", "too_few_to_judge", "notes")
    assert_holds(document, read_json(f"inspection/{name}.json"), "definitions", *judged)
    assert_holds(rows_of(classes), rows_of(FOLDER / f"{name}.classes.csv"), "suspects")


def rows_of(table: Path) -> list[dict[str, str]]:
    with open(table, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
