"""How fast this machine trains: medians of repeated runs, each beside what one would do otherwise.

`python -m harmony_core bench` runs it; the scripts of ``benchmarks/`` run the same at full length.
torch is imported when something is measured.
"""

from __future__ import annotations
