"""What leaves Harmony: a script to train with, tables, a replay, and a page of one file."""

from __future__ import annotations

from .offline import offline_html
from .replay import write_replay
from .snippet import snippet
from .tables import write_tables

__all__ = ["offline_html", "snippet", "write_replay", "write_tables"]
