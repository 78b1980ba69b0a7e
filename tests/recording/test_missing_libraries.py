"""Without its library a callback can be imported, and making one says what to install."""

from __future__ import annotations

import sys

import pytest

from harmony_core.errors import RunError
from harmony_core.recording import hugging_face, lightning


@pytest.mark.parametrize(
    ("module", "packages", "advice"),
    [
        (lightning, ("lightning.pytorch", "pytorch_lightning"), "pip install lightning"),
        (hugging_face, ("transformers",), "pip install transformers"),
    ],
    ids=["lightning", "hugging_face"],
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    packages: tuple[str, ...],
    advice: str,
) -> None:
    for name in packages:
        monkeypatch.setitem(sys.modules, name, None)
    kind = module.HarmonyCallback  # type: ignore[attr-defined]
    with pytest.raises(RunError, match=advice):
        kind("runs")
