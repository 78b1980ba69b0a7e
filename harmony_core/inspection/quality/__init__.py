"""How clean the data is, by class: weights on a noisy tail can hurt."""

from __future__ import annotations

from .check import check_quality
from .finding import Finding, Gaps, Quality

__all__ = ["check_quality", "Finding", "Gaps", "Quality"]
