"""An experiment for use elsewhere: a training script, tables, a replay, a page in one file.

``site`` is the course as a folder of static pages.
"""

from __future__ import annotations

from .offline import offline_html
from .replay import write_replay
from .snippet import snippet
from .tables import write_tables

__all__ = ["offline_html", "snippet", "write_replay", "write_tables"]
