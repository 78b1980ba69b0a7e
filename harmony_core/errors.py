"""All errors that the library raises on purpose.

    HarmonyError
    ├── ConfigError         a setting is unknown or out of range     (also a ValueError)
    ├── DataError           data cannot be used as it is             (also a ValueError)
    ├── RunError            an experiment cannot be run or read      (also a RuntimeError)
    └── MissingExtraError   a package of an extra is not installed   (also a ModuleNotFoundError)

The one warning is `EmptyClassWarning`.

Every message says what was expected, what was found and what to do next, so ``str(error)`` can be
shown to a user as it is.
"""

from __future__ import annotations


class HarmonyError(Exception):
    """The base of all errors of this library."""


class ConfigError(HarmonyError, ValueError):
    """A setting is unknown, of the wrong type, or out of its range."""


class DataError(HarmonyError, ValueError):
    """Data is missing, malformed, hostile, or too small for what was asked."""


class RunError(HarmonyError, RuntimeError):
    """An experiment cannot be started, continued, stored or read."""


class MissingExtraError(HarmonyError, ModuleNotFoundError):
    """A package is not installed that one of the extras brings; the message names the extra."""


class EmptyClassWarning(UserWarning):
    """A class has no training sample, and is taken to have one."""
