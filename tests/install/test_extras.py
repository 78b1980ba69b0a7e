"""The extras: one declaration of each range, and an error that names the extra that is missing."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harmony_core.errors import HarmonyError, MissingExtraError
from harmony_core.extras import EXTRAS, extra_of, require

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("requirements*.txt"))
DYNAMIC = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
    "dynamic"
]
NOT_FOR_USERS = {"dev"}
RARELY_INSTALLED = {"pi-heif": "pi_heif", "imbalanced-learn": "imblearn"}
HIDE = f"""
import importlib.util, io, json, sys
from contextlib import redirect_stderr
from importlib.machinery import PathFinder
HIDDEN = {sorted({name for names in EXTRAS.values() for name in names} - {"filelock"})}
class Hiding:
    @staticmethod
    def find_spec(name, path=None, target=None):
        hidden = name.partition(".")[0] in HIDDEN
        return None if hidden else PathFinder.find_spec(name, path, target)
sys.meta_path = [Hiding if finder is PathFinder else finder for finder in sys.meta_path]
"""
"""Begins a program that runs as if only the losses' needs were installed, which bring filelock."""


def lines(path: Path) -> list[str]:
    text = path.read_text("utf-8").splitlines()
    return [bare for line in text if (bare := line.partition("#")[0].strip())]


def brought(extra: str) -> list[Requirement]:
    """What pyproject.toml says that an extra brings."""
    names = DYNAMIC["optional-dependencies"][extra]["file"]
    return [Requirement(line) for name in names for line in lines(ROOT / name)]


def test_every_range_is_declared_once() -> None:
    declared = [
        canonicalize_name(Requirement(line).name)
        for path in FILES
        for line in lines(path)
        if not line.startswith("-r ")
    ]
    assert len(declared) > 20
    assert len(set(declared)) == len(declared)


def test_the_app_installs_what_requirements_txt_lists() -> None:
    included = {line.removeprefix("-r ") for line in lines(ROOT / "requirements.txt")}
    extras = DYNAMIC["optional-dependencies"]
    assert included == {*DYNAMIC["dependencies"]["file"], *extras["app"]["file"]}


def test_the_losses_need_torch_and_numpy() -> None:
    (file,) = DYNAMIC["dependencies"]["file"]
    assert [Requirement(line).name for line in lines(ROOT / file)] == ["torch", "numpy"]


def test_all_brings_what_every_extra_for_users_brings() -> None:
    extras = {name: set(entry["file"]) for name, entry in DYNAMIC["optional-dependencies"].items()}
    everything = extras.pop("all")
    for_users = [files for name, files in extras.items() if name not in NOT_FOR_USERS]
    assert everything == set().union(*for_users)
    listed = {file for entry in extras.values() for file in entry}
    apart = {"requirements.txt", *DYNAMIC["dependencies"]["file"]}
    assert listed | apart == {path.name for path in FILES}


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_is_known_by_the_names_of_import_of_what_it_brings(extra: str) -> None:
    tops: dict[str, set[str]] = {}
    for top, distributions in metadata.packages_distributions().items():
        for name in distributions:
            tops.setdefault(canonicalize_name(name), set()).add(top)
    expected = set()
    for wanted in brought(extra):
        name = canonicalize_name(wanted.name)
        found = {RARELY_INSTALLED[name]} if name in RARELY_INSTALLED else tops[name]
        known = found & set(EXTRAS[extra])
        assert len(known) == 1, f"{wanted.name} is imported as one of {sorted(found)}"
        expected |= known
    assert set(EXTRAS[extra]) == expected


def test_every_extra_for_users_is_known() -> None:
    assert set(EXTRAS) == set(DYNAMIC["optional-dependencies"]) - NOT_FOR_USERS - {"all"}


@pytest.mark.parametrize(
    ("package", "module", "extra"),
    [
        ("sklearn", "harmony_core.inspection.quality.out_of_fold", "inspect"),
        ("sklearn", "harmony_core.analysis.embedding.neighbours", "embedding"),
        ("sklearn", "harmony_core.data.digits", "study"),
        ("scipy", "harmony_core.readers.tables.mat_process", "inspect"),
        ("pyarrow", "harmony_core.data.new_samples", "inspect"),
        ("umap", "harmony_core.analysis.embedding.umap_engine", "embedding"),
        ("segno", "harmony_core.lessons.classroom.qr", "app"),
        ("pi_heif", "harmony_core.readers.images.decode", "heic"),
        ("torch", "harmony_core.losses.base", None),
    ],
)
def test_what_is_missing_names_the_extra_of_its_feature(
    package: str, module: str, extra: str | None
) -> None:
    assert extra_of(package, module) == extra


def test_an_extra_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    require("app")
    monkeypatch.setitem(EXTRAS, "study", ("scipy", "no_such_name"))
    with pytest.raises(MissingExtraError, match=r'no_such_name.*"\.\[study\]"') as got:
        require("study")
    assert isinstance(got.value, HarmonyError)
    assert isinstance(got.value, ImportError)
    assert got.value.name == "no_such_name"


def alone(code: str, tmp_path: Path) -> Any:
    """What a program prints as JSON, run in a new process with the extras hidden.

    There is a ``table.csv`` where it runs.
    """
    (tmp_path / "table.csv").write_text("x,kind\n1,a\n2,b\n")
    path = tmp_path / "program.py"
    path.write_text(HIDE + code, "utf-8")
    done = subprocess.run(
        [sys.executable, path], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


COMMANDS = {
    "run --epochs 1": "study",
    "resume latest": "study",
    "posthoc latest": "study",
    "bench": "study",
    "study quick": "study",
    "study --list": "study",
    "inspect table.csv": "inspect",
    "inspect table.csv --json": "inspect",
    "app": "app",
}


def test_a_command_without_its_extra_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    code = f"""
from harmony_core.cli import main
told = {{}}
for words in {list(COMMANDS)}:
    with redirect_stderr(io.StringIO()) as stream:
        status = main(words.split())
    told[words] = [status, stream.getvalue()]
print(json.dumps(told))
"""
    told = alone(code, tmp_path)
    for words, extra in COMMANDS.items():
        status, error = told[words]
        assert status == 2, words
        assert error.endswith(f'pip install ".[{extra}]"\n'), words
        assert len(error.splitlines()) == 1, words


CALLS = {
    "from harmony_core.inspection import inspect_file; inspect_file('table.csv')": "inspect",
    "from harmony_core.inspection import read_file; read_file('table.csv')": "inspect",
    "from harmony_core.inspection.report.html import report_html": "inspect",
    "import numpy as np; from harmony_core.analysis.embedding import embed_model; "
    "embed_model(np.ones((90, 2)) * np.arange(90)[:, None], np.ones((90, 3)), "
    "np.arange(90) % 3)": "embedding",
    "from harmony_core.plots.embedding.figure import embedding_figure": "embedding",
    "from harmony_core.studies.study_file import parse_study; parse_study('title: A')": "study",
    "from harmony_core.data import build_dataset; "
    "from harmony_core.config import DataConfig; "
    "build_dataset(DataConfig('digits'), seed=0)": "study",
    "from harmony_core.plots.tail import lorenz": "study",
    "from harmony_core.lessons.course.lesson import lessons": "app",
}


def test_a_function_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    code = f"""
told = {{}}
from harmony_core.errors import MissingExtraError
for call in {list(CALLS)}:
    try:
        exec(call)
    except MissingExtraError as error:
        told[call] = str(error)
print(json.dumps(told))
"""
    told = alone(code, tmp_path)
    for call, extra in CALLS.items():
        assert told.get(call, "").endswith(f'pip install ".[{extra}]"'), call


def test_others_look_for_packages_as_before(tmp_path: Path) -> None:
    code = """
import harmony_core
found = importlib.util.find_spec("plotly")
try:
    import plotly
except ModuleNotFoundError as error:
    said = type(error).__name__
print(json.dumps([found is None, said]))
"""
    assert alone(code, tmp_path) == [True, "ModuleNotFoundError"]


def test_the_loss_imports_nothing_beyond_torch_and_the_standard_library() -> None:
    """Neither when it is imported nor when it is used."""
    code = """
import sys, torch
before = set(sys.modules)
from harmony_core import HarmonizedLoss
loss_fn = HarmonizedLoss([9, 1])
loss_fn(torch.zeros(2, 2, requires_grad=True), torch.tensor([0, 1])).backward()
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*(new - sys.stdlib_module_names))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["harmony_core"]
