"""What docs/losses.md says of the losses: its table is that of the registry, its examples run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "losses.md"
TEXT = DOCUMENT.read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_table_of_forms_is_as_the_registry_has_it() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "loss_forms.py"))
    assert script["written"](TEXT) == TEXT, "Run python scripts/loss_forms.py."


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_examples_run(number: int, tmp_path: Path) -> None:
    example = tmp_path / "example.py"
    example.write_text(BLOCKS[number], "utf-8")
    names = runpy.run_path(str(example))
    assert {"head", "loss_fn"} & set(names)


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 2
