"""How fast this machine trains: medians of repeated runs, compared with the usual way to do it.

`python -m harmony_core bench` runs it; the scripts in ``benchmarks/`` run the same at full length.
torch is imported when something is measured.
"""

from __future__ import annotations
