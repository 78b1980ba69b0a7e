"""What in the samples bears on the tail: leaks, ordered labels, drift, telling columns."""

from __future__ import annotations

from .checks import PROFILE_CHECKS
from .finding import ColumnScore, Profile, ProfileFinding

__all__ = ["PROFILE_CHECKS", "ColumnScore", "Profile", "ProfileFinding"]
