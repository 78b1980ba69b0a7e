"""`python -m harmony_core inspect`: JSON by name, files as asked, one line for a mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_core.cli import main
from harmony_core.inspection import command

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "assets" / "examples"


def test_the_json_says_what_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = str(EXAMPLES / "leaves.csv")
    page = tmp_path / "report.html"
    flags = ["--label", "species", "--html", str(page), "--json", "--fast", "--quiet"]
    assert main(["inspect", table, *flags]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document = json.loads(out)
    assert document["label"] == "species"
    largest = document["classes"][0]
    assert (largest["name"], largest["count"]) == ("oak", 740)
    assert set(largest["split"]) == {"train", "test"}
    assert document["imbalance_factor"] == pytest.approx(740 / 13)
    assert 0 < document["gini"] < 1
    assert document["entropy"] > 0
    groups = document["head_medium_tail"]
    assert sum(groups[g]["classes"] for g in ("head", "medium", "tail")) == 6
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["no-such-file.csv"], "nothing there"),
        ([str(EXAMPLES / "leaves.csv"), "--label", "colour"], "label column"),
        ([str(EXAMPLES / "leaves.csv"), "--labe", "species"], "unrecognized arguments"),
        ([], "required: file"),
    ],
)
def test_mistakes_are_one_line_and_code_2(
    flags: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", *flags, "--quiet"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("harmony: ")
    assert says in err


def test_no_memory_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(command, "inspect_file", full)
    assert main(["inspect", "any.csv", "--quiet"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "memory" in err


def test_from_a_shell_without_torch() -> None:
    code = (
        "import sys\n"
        "from harmony_core.cli import main\n"
        "code = main(['inspect', sys.argv[1], '--quiet'])\n"
        "print(sorted({'torch', 'sklearn', 'umap'} & set(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(EXAMPLES / "sightings.csv")],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "Imbalance factor" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
