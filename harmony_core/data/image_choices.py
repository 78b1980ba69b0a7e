"""Choices for images that several parts name; imports nothing."""

from __future__ import annotations

AUTO, ALWAYS, NEVER = STREAM = ("auto", "always", "never")
"""Whether images stay on disk: where they would not fit in memory, or in any case, or in none."""
PADDED, RESIZED = CROPS = ("padded", "resized")
"""How training images are cut: the central square with a padded border, or any part, resized."""
MOST_HELD = 3 * 2**30
"""Bytes of decoded images that are held in memory, at most."""
