"""What can go wrong, in one tree.

    HarmonyError
    ├── ConfigError   a setting is unknown or out of range     (also a ValueError)
    ├── DataError     data cannot be used as it is             (also a ValueError)
    └── RunError      an experiment cannot be run or read      (also a RuntimeError)

Every message says what was expected, what was found, and what to do next. A caller that shows
``str(error)`` to a user shows something the user can act on.
"""

from __future__ import annotations


class HarmonyError(Exception):
    """The root of every error this library raises on purpose."""


class ConfigError(HarmonyError, ValueError):
    """A setting is unknown, of the wrong type, or out of its range."""


class DataError(HarmonyError, ValueError):
    """Data is missing, malformed, hostile, or too small for what was asked."""


class RunError(HarmonyError, RuntimeError):
    """An experiment cannot be started, continued, stored or read."""
