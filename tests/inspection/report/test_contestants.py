"""The table of contestants and the charts of a pilot, on results that are written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.inspection import analyse_tail
from harmony_core.inspection.analyse import Inspection, inspect_file
from harmony_core.inspection.pilot.pilot import Pilot
from harmony_core.inspection.pilot.verdict import recommend
from harmony_core.inspection.report.contestants import (
    ADVISED,
    BEST,
    as_text,
    contestant_rows,
    recall_rows,
    small_tests,
)
from harmony_core.inspection.report.html import report_html
from harmony_core.inspection.report.pilot_charts import pilot_charts
from tests.inspection.pilot.made_up import COUNTS, pilot, trial


def made() -> Pilot:
    return pilot(
        trial("linear", 0.5, simplicity=1, accuracy=0.95),
        trial("network", 0.4, simplicity=50, settled=False),
        trial("linear_balanced", 0.8, simplicity=2, remedy="balanced", accuracy=0.85),
        trial("forest", 0.6, simplicity=20),
    )


def seen(found: Pilot, folder: Path) -> Inspection:
    (folder / "a.csv").write_text("class,count\na,900\nb,300\nc,30\nd,20\n")
    tail = analyse_tail(COUNTS)
    looked = inspect_file(folder / "a.csv")
    return replace(looked, pilot=found, recommendation=recommend(found, tail))


def test_rows_stand_by_family_with_the_best_and_the_advised_marked() -> None:
    found = made()
    rows = contestant_rows(found, recommend(found, analyse_tail(COUNTS)))
    assert [row.trial.name for row in rows] == ["linear", "linear_balanced", "forest", "network"]
    assert [row.advised for row in rows] == [False, True, False, False]
    assert "balanced_accuracy" in rows[1].best
    assert "accuracy" in rows[0].best
    assert (rows[1].word, rows[1].better, rows[0].word) == ("helps", "10 of 10", "")
    assert rows[3].note == "not settled"


def test_the_shell_shows_the_same_rows_and_how_many_samples_they_rest_on() -> None:
    found = made()
    text = "\n".join(as_text(found, recommend(found, analyse_tail(COUNTS))))
    assert f"{ADVISED} linear, balanced" in text
    assert f"{BEST}80.0" in text
    assert "helps" in text
    assert "10 splits with 125 test samples each, 1,250 different ones" in text
    assert as_text(replace(found, trials=()), None) == ["No method finished."]


def test_every_recall_has_its_interval_and_few_tests_are_said() -> None:
    found = replace(made(), tested=np.array([900, 300, 30, 20]))
    head, rows = recall_rows(found, ["linear"], most=3)
    assert head[:4] == ["Class", "Samples", "Tested", "Group"]
    assert [name for name, _ in rows] == ["d", "c", "b"]
    assert rows[0][1] == ["20", "20 (few)", "tail", "50 (30–70)"]
    assert rows[1][1][1] == "30"
    assert small_tests(found).startswith("Fewer than 30 different test samples in 1 of 4")
    assert small_tests(replace(found, tested=np.full(4, 30))) == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_show_all_contestants_and_the_report_has_them(theme: str, tmp_path: Path) -> None:
    inspection = seen(made(), tmp_path)
    drawn = pilot_charts(inspection, theme)
    titles = [title for title, _, _ in drawn]
    assert titles == [
        "The pilot: every method, balanced accuracy",
        "The pilot: what each remedy brings, balanced accuracy",
        "The pilot: recall of each class",
    ]
    every = drawn[0][2]
    assert sum(len(trace.x) for trace in every.data) == 4
    assert any(
        "linear, balanced: helps, 10 of 10" in a.text for a in drawn[1][2].layout.annotations
    )
    page = report_html(inspection)
    for shown in ("Random forests", "Against no remedy", "It costs: accuracy 95.0 → 85.0 %",
                  "50 (30–70)", "Recall of each class"):  # fmt: skip
        assert shown in page
    assert pilot_charts(replace(inspection, pilot=replace(made(), trials=()))) == []
