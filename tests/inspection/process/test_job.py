"""The process that looks at a file: it tells how far it is, and its end hurts nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import analyse_tail, inspect_file, read_file
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import run_pilot
from harmony_core.inspection.pilot.verdict import recommend
from harmony_core.inspection.process import job
from harmony_core.inspection.process.digits_example import NAME
from harmony_core.inspection.process.job import Job, Status
from harmony_core.inspection.process.result_file import load_found, save_found
from harmony_core.inspection.process.worker import Request, explain
from harmony_core.inspection.report.document import to_document

EXAMPLES = Path(__file__).parents[3] / "assets" / "examples"
PATIENCE = 300.0
SHORT = PilotOptions(seeds=2, methods=("logistic", "logistic_balanced"))


def request(file: Path | str, folder: Path, **more: object) -> Request:
    return replace(Request(str(file), str(folder / "found.npz")), **more)  # type: ignore[arg-type]


def finished(asked: Request) -> Status:
    running = Job(asked)
    assert running.wait(PATIENCE)
    return running.status


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Run this code in place of the worker."""

    def use(code: str) -> None:
        def start(*_: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-c", code], text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip

        monkeypatch.setattr(job, "start_module", start)

    return use


def test_what_is_kept_is_what_was_found(tmp_path: Path) -> None:
    path = EXAMPLES / "leaves.csv"
    found = inspect_file(path)
    trial = run_pilot(read_file(path), found.tail, SHORT)
    whole = replace(found, pilot=trial, recommendation=recommend(trial, found.tail, found.quality))
    save_found(tmp_path / "found.npz", whole)
    back = load_found(tmp_path / "found.npz")
    assert to_document(back) == to_document(whole)
    assert back.contents.labels.codes is None
    other = load_found(tmp_path / "found.npz", beta=0.9, bounds=(50, 500))
    assert other.tail.groups.sentence.startswith("Head: more than 500")
    assert other.tail.beta == 0.9
    assert [p.name for p in tmp_path.iterdir()] == ["found.npz"]


def test_results_are_shown_without_torch_or_sklearn(tmp_path: Path) -> None:
    path = EXAMPLES / "leaves.csv"
    found = inspect_file(path, quality=False)
    trial = run_pilot(read_file(path), found.tail, SHORT, curve=False)
    whole = replace(found, pilot=trial, recommendation=recommend(trial, found.tail))
    save_found(tmp_path / "found.npz", whole)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from harmony_core.inspection.process.result_file import load_found\n"
        "from harmony_core.inspection.report.html import report_html\n"
        "from harmony_core.inspection.report.training_script import training_script\n"
        "import pages._inspect.downloads, pages._inspect.quality\n"
        "found = load_found(Path(sys.argv[1]))\n"
        "assert len(report_html(found)) > 10_000 and training_script(found, 'a.csv')\n"
        "print(sorted({'torch', 'sklearn', 'umap', 'cleanlab'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "found.npz")],
        capture_output=True, text=True, cwd=EXAMPLES.parents[1],
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("content", [b"", b"no file of arrays", b"PK\x03\x04"])
def test_a_damaged_result_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "found.npz").write_bytes(content)
    with pytest.raises(DataError, match="Look again"):
        load_found(tmp_path / "found.npz")


def test_a_strange_result_builds_nothing(tmp_path: Path) -> None:
    text = b'{"contents": {"kind": "Popen", "fields": {"args": "id"}}}'
    np.savez(tmp_path / "found.npz", document=np.frombuffer(text, np.uint8))
    with pytest.raises(DataError, match="Look again"):
        load_found(tmp_path / "found.npz")


def test_a_look_tells_its_stages_and_keeps_its_result(tmp_path: Path) -> None:
    status = finished(request(EXAMPLES / "leaves.csv", tmp_path))
    assert (status.state, status.stages, status.error) == ("done", 4, "")
    found = load_found(tmp_path / "found.npz")
    assert found.contents.label == "species"
    assert found.quality is not None
    assert found.quality.findings["leaks"].total == 25
    assert found.pilot is None


def test_a_pilot_goes_on_from_the_look(tmp_path: Path, write: Callable[..., Path]) -> None:
    rng = np.random.default_rng(0)
    lines = [f"{x:.3f},{y}" for y, n in (("a", 40), ("b", 20)) for x in rng.normal(y == "b", 1, n)]
    path = write("a.csv", "x,label\n" + "\n".join(lines))
    assert finished(request(path, tmp_path)).state == "done"
    status = finished(request(path, tmp_path, pilot=True, options=SHORT, bounds=(25, 30)))
    assert (status.state, status.error) == ("done", "")
    found = load_found(tmp_path / "found.npz")
    assert found.quality is not None
    assert found.pilot is not None
    assert found.pilot.options == SHORT
    assert found.pilot.splits == 2
    assert found.pilot.groups.tolist() == [0, 2]
    assert found.recommendation is not None
    assert found.recommendation.headline


def test_digits_are_written_first(tmp_path: Path) -> None:
    status = finished(request(tmp_path / NAME, tmp_path, digits=True))
    assert (status.state, status.error) == ("done", "")
    found = load_found(tmp_path / "found.npz")
    counts = analyse_tail(found.contents.labels.train_counts).figures
    assert found.contents.kind == "images"
    assert 40 <= counts["imbalance_factor"] <= 70
    assert set(found.contents.labels.test_counts.tolist()) == {50}  # type: ignore[union-attr]


def test_a_refused_file_is_one_sentence(tmp_path: Path, write: Callable[..., Path]) -> None:
    status = finished(request(write("a.csv", b"\x00\x01" * 99), tmp_path))
    assert status.state == "failed"
    assert status.error.startswith("Expected ")
    assert "zero bytes" in status.error
    assert not (tmp_path / "found.npz").exists()


def test_a_killed_process_is_told_and_frees_its_place(
    tmp_path: Path, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "slots", threading.BoundedSemaphore(1))
    stand_in("import os; os.kill(os.getpid(), 9)")
    for _ in range(2):  # the second one would wait for ever
        status = finished(request("any", tmp_path))
        assert status.state == "failed"
        assert "broke off (status -9)" in status.error


def test_a_process_that_never_ends_is_given_up(
    tmp_path: Path, stand_in: Callable[[str], None]
) -> None:
    stand_in("import time; time.sleep(600)")
    running = Job(request("any", tmp_path), longest=0.1)
    assert running.wait(PATIENCE)
    assert "finished within" in running.status.error


def test_counting_is_given_up_before_the_rest(
    tmp_path: Path, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_READING_SECONDS", "0.2")
    stand_in("import time; time.sleep(600)")
    running = Job(request("any", tmp_path))
    assert running.wait(PATIENCE)
    assert "Expected to have counted the classes within 0 seconds" in running.status.error
    stand_in('print(\'{"stage": "tail"}\', flush=True); import time; time.sleep(1)')
    counted = Job(request("any", tmp_path))
    assert counted.wait(PATIENCE)
    assert "broke off" in counted.status.error


def test_a_visitor_has_one_process_at_a_time(
    tmp_path: Path, stand_in: Callable[[str], None]
) -> None:
    stand_in("import time; time.sleep(600)")
    jobs = [Job(request("any", tmp_path), visitor) for visitor in ("a", "a", "b", "a")]
    end = time.monotonic() + PATIENCE
    while sum(one.status.state == "running" for one in jobs) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.3)
    assert [one.request for one in jobs if one.status.state == "running"]
    running = [number for number, one in enumerate(jobs) if one.status.state == "running"]
    assert len(running) == 2
    assert 2 in running
    for one in jobs:
        one.cancel()
        assert one.wait(PATIENCE)


def test_a_file_that_needs_too_much_memory_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("resource", reason="this system limits no memory")
    path = tmp_path / "long.json"
    rows = [{"label": "a", "x": f"{i}"} for i in range(400_000)]
    path.write_text(json.dumps(rows))
    monkeypatch.setenv("HARMONY_INSPECT_MEMORY_MB", "120")
    status = finished(request(str(path), tmp_path))
    assert status.state == "failed"
    assert "memory" in status.error


def test_cancelling_ends_the_process_and_the_queue(
    tmp_path: Path, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "slots", threading.BoundedSemaphore(1))
    stand_in("import time; print('no JSON', flush=True); time.sleep(600)")
    first = Job(request("any", tmp_path))
    while first.status.state == "waiting":
        assert not first.wait(0.01)
    second = Job(request("any", tmp_path))
    assert second.status.state == "waiting"
    second.cancel()
    assert second.wait(PATIENCE)
    assert first.status.active
    first.cancel()
    assert first.wait(PATIENCE)
    assert (first.status.state, second.status.state) == ("cancelled", "cancelled")
    first.cancel()
    assert first.status.state == "cancelled"


def test_what_nobody_foresaw_is_a_sentence_too() -> None:
    assert explain(DataError("Expected this.")) == "Expected this."
    assert "memory" in explain(MemoryError())
    text = explain(ZeroDivisionError("a\nb"))
    assert "ZeroDivisionError: a b." in text
    assert "\n" not in text
