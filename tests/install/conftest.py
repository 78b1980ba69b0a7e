"""The wheel of the tree, built once for each process that runs tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks._environments import build_wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))
