"""How fast this machine trains: medians of repeated runs, compared with plain PyTorch.

`python -m harmony_core bench` measures; the scripts in ``benchmarks/`` do the same at full length.
torch is imported once something is measured.
"""

from __future__ import annotations
