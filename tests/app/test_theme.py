"""The colours of the theme are those of the one style module, and the server is careful."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harmony_core.plots.style import CLASS_COLORS, SURFACE

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_the_theme_follows_the_style_module(shade: str) -> None:
    theme = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][shade]
    assert tuple(theme["chartCategoricalColors"]) == CLASS_COLORS[shade][:10]
    assert theme["backgroundColor"] == SURFACE[shade]


def test_the_server_protects_its_visitors() -> None:
    settings = tomllib.loads(CONFIG.read_text("utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["enableCORS"]
    assert settings["server"]["enableXsrfProtection"]
    assert settings["server"]["maxUploadSize"] <= 200
