"""Publishing the results of a study, and the README that is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harmony_core.errors import RunError
from harmony_core.studies.publish import publish
from harmony_core.studies.readme import (
    DOCUMENTS,
    results_markdown,
    results_shown,
    summary_markdown,
    with_results,
)
from harmony_core.studies.study_result import read_study_result, shipped_results

from .made import write_made
from .small import small_study, study_text, train


def test_what_is_published_is_rounded_and_names_no_run(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    cells, _ = train(small_study(), folder)
    (folder / "study.yaml").write_text(study_text())
    found = publish(folder, tmp_path / "results")
    target = tmp_path / "results" / "small"
    assert sorted(path.name for path in target.iterdir()) == [
        "result.json", "study.yaml", "table.csv",
    ]  # fmt: skip
    written = "".join(path.read_text() for path in target.iterdir())
    assert not any(cell.run_id in written for cell in cells)
    assert str(tmp_path) not in written
    for before, after in zip(cells, found.cells, strict=True):
        for name, value in after.figures.items():
            assert value == pytest.approx(before.figures[name], rel=1e-5, abs=6e-6, nan_ok=True)
    document = json.loads((target / "result.json").read_text())
    assert document["cells"] == {"done": 4}
    assert "torch" in document["environment"]["versions"]
    assert found.environment.sentence().startswith("Trained on: CPU")


def test_what_has_nothing_done_or_names_a_path_is_refused(tmp_path: Path) -> None:
    write_made(tmp_path / "empty", done=False)
    with pytest.raises(RunError, match="finished runs"):
        publish(tmp_path / "empty", tmp_path / "results")
    write_made(tmp_path / "named")
    path = tmp_path / "named" / "study.yaml"
    path.write_text(
        path.read_text() + "  - {data: table, params: {source: /home/me/a.csv, label_column: 1}}\n"
    )
    with pytest.raises(RunError, match="`source: NAME`"):
        publish(tmp_path / "named", tmp_path / "results")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_what_follows_from_the_shipped_results(document: Path) -> None:
    text = document.read_text("utf-8")
    assert text == with_results(text, DOCUMENTS[document](results_shown()))


@pytest.mark.parametrize("name", shipped_results())
def test_a_shipped_result_is_as_published(name: str, tmp_path: Path) -> None:
    folder = shipped_results()[name]
    publish(folder, tmp_path)
    for path in folder.iterdir():
        assert path.read_text() == (tmp_path / name / path.name).read_text()


def test_the_page_of_results_names_command_table_sentences_and_seeds(tmp_path: Path) -> None:
    write_made(tmp_path / "made")
    text = results_markdown([read_study_result(tmp_path / "made")])
    for part in (
        "## Made", "python -m harmony_core study ", "| Clouds, factor 50 |", "no clear difference",
        "Seeds: 500 to 503.", "±",
    ):  # fmt: skip
        assert part in text
    with pytest.raises(RunError, match="results: begin"):
        with_results("# A README", text)


def test_the_summary_has_a_row_for_each_method_beside_the_baseline(tmp_path: Path) -> None:
    write_made(tmp_path / "made")
    result = read_study_result(tmp_path / "made")
    lines = summary_markdown([result, result]).splitlines()
    labels = [label for label in result.study.labels if label != result.study.baseline]
    assert len(lines) == 2 + 2 * len(labels)
    for line, found in zip(lines[2:], result.statistics().pooled, strict=False):
        *_, counts, mean, _ = (cell.strip() for cell in line.split("|"))
        verdicts = [c.verdict for c in result.statistics().of_method(found.method)]
        assert sum(map(int, counts.split(" / "))) == len(verdicts)
        assert f"{100 * found.gain.mean:+.2f}".replace("-", "−") in mean
