"""Where the files that ship with the app are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP_ASSETS = ROOT / "assets" / "app"
"""Style sheets, logos, and the scripts of the app's own components."""
