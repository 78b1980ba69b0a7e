"""A wheel built from the tree holds what `harmony_core` reads, and works outside the tree."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from benchmarks._environments import BIN

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "harmony_core"
APP = [ROOT / name for name in ("app.py", "pages", "assets", ".streamlit/config.toml")]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel, and the dependencies of the one that runs the tests."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    interpreter = home / BIN / "python"
    purelib = subprocess.run(
        [interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(purelib)
    (Path(purelib) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return interpreter


def run(python: Path, folder: Path, *arguments: str) -> str:
    """The standard output of the command, run in another folder and without the tree's path."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["HARMONY_RUNS"] = str(folder / "runs")
    done = subprocess.run(
        [python, "-m", "harmony_core", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_the_app_inside_the_package(wheel: Path) -> None:
    files = {path for name in APP for path in [name, *name.rglob("*")] if path.is_file()}
    here = {path for path in files if "__pycache__" not in path.parts}
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("harmony_core/_app/")}
        assert inside == {f"harmony_core/_app/{path.relative_to(ROOT).as_posix()}" for path in here}
        for path in here:
            name = f"harmony_core/_app/{path.relative_to(ROOT).as_posix()}"
            assert archive.read(name) == path.read_bytes(), name


def test_nothing_secret_is_in_the_wheel(wheel: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "secrets" in name]


def test_the_wheel_holds_the_package_alone(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"harmony_core"}


def test_it_is_the_wheel_that_runs(python: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [python, "-c", "import harmony_core; print(harmony_core.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(ROOT) not in where


def test_inspect_works_from_the_wheel(python: Path, tmp_path: Path) -> None:
    rows = [f"{i % 7},{'rare' if i % 10 == 0 else 'common'}" for i in range(200)]
    (tmp_path / "table.csv").write_text("\n".join(["size,kind", *rows]))
    report = tmp_path / "report.html"
    found = run(python, tmp_path, "inspect", "table.csv", "--json", "--html", str(report))
    assert json.loads(found)["classes"][0]["count"] == 180
    assert "common" in report.read_text("utf-8")


def test_a_run_and_its_offline_page_work_from_the_wheel(python: Path, tmp_path: Path) -> None:
    run(python, tmp_path, "run", "--epochs", "2", "--data-param", "n_max=60", "--device", "cpu")
    assert "Cross-entropy" in run(python, tmp_path, "show", "latest")
    run(python, tmp_path, "export", "latest", "--html", "run.html")
    page = (tmp_path / "run.html").read_text("utf-8")
    assert "<script" in page
    assert "mount" in page


def test_the_site_is_written_from_the_wheel(python: Path, tmp_path: Path) -> None:
    run(python, tmp_path, "export", "--site", "course")
    assert "What a long tail is" in (tmp_path / "course" / "01-tail.html").read_text("utf-8")
    assert (tmp_path / "course" / "runs" / "preset-harmonized.js").is_file()


def test_the_course_comes_with_the_wheel(python: Path, tmp_path: Path) -> None:
    code = (
        "from harmony_core.lessons.course.lesson import lessons\n"
        "from harmony_core.lessons.course.prepare import prepared\n"
        "from harmony_core.lessons.glossary.terms import glossary\n"
        "print(len(lessons()), len(glossary()), prepared(lessons()[0]) is not None)"
    )
    done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    steps, terms, recorded = done.stdout.split()
    assert int(steps) >= 11
    assert int(terms) > 10
    assert recorded == "True"


def test_studies_come_with_the_wheel(python: Path, tmp_path: Path) -> None:
    assert "quick" in json.loads(run(python, tmp_path, "study", "--list", "--json"))
