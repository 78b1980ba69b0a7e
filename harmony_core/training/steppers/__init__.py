"""How networks are stepped through an epoch: two steppers behind one interface, and their parts."""

from __future__ import annotations
