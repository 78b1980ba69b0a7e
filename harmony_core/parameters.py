"""Parameters, each declared once for its slider, its check on the command line and the docs."""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .errors import ConfigError

Value = bool | int | float | str
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "kappa": "κ", "lambda": "λ", "rho": "ρ", "tau": "τ",
}  # fmt: skip
"""The symbols of parameters named after Greek letters."""

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = 80


@dataclass(frozen=True)
class Parameter:
    """A named setting, with the type of its default, in [``low``, ``high``] or one of ``choices``.

    ``log`` gives its slider a logarithmic scale; ``help`` is one sentence for users. Text with a
    ``pattern`` (a regular expression that matches all of it) is data and allowed in a link; text
    without one may name a file.
    """

    name: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    log: bool = False
    pattern: str = ""

    def check(self, value: object, owner: str = "parameter") -> Value:
        """Return ``value`` in the type of the default, or raise `ConfigError`."""
        label = f"{owner} `{self.name}`"
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise ConfigError(f"Expected {label} to be true or false, but got {show(value)}.")
            return value
        if isinstance(self.default, str):
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                wanted = f"one of {', '.join(self.choices)}" if self.choices else "a string"
                raise ConfigError(f"Expected {label} to be {wanted}, but got {show(value)}.")
            if self.pattern and value != self.default and not re.fullmatch(self.pattern, value):
                raise ConfigError(
                    f"Expected {label} to be text of the form {self.pattern}, "
                    f"but got {show(value)}."
                )
            return value
        return check_number(value, label, self.low, self.high, whole=isinstance(self.default, int))


def check_number(
    value: object,
    label: str,
    low: float | None = None,
    high: float | None = None,
    *,
    whole: bool = False,
) -> int | float:
    """Return a finite number in ``[low, high]`` (``int`` if ``whole``), or raise `ConfigError`."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not _finite(value)
        or (whole and value != int(value))
    ):
        kind = "a whole number" if whole else "a finite number"
        raise ConfigError(
            f"Expected {label} to be {kind}{_span(low, high)}, but got {show(value)}."
        )
    if (low is not None and value < low) or (high is not None and value > high):
        raise ConfigError(f"Expected {label} to be{_span(low, high)}, but got {show(value)}.")
    return int(value) if whole else float(value)


def show(value: object) -> str:
    """``value`` as error messages quote it: its repr, shortened if it is long or deep.

    >>> show("a")
    "'a'"
    """
    return _brief.repr(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int too large for a float
        return False


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:.12g} to {high:.12g}"
    if low is not None:
        return f" at least {low:.12g}"
    return f" at most {high:.12g}" if high is not None else ""


def resolve(
    values: Mapping[str, object], declared: tuple[Parameter, ...], owner: str
) -> dict[str, Value]:
    """Fill in defaults and check every value; an undeclared name raises `ConfigError`.

    ``owner`` is what has the parameters, as messages name it: "loss `focal`".
    """
    known = {parameter.name: parameter for parameter in declared}
    for name in values:
        if name not in known:
            listing = ", ".join(sorted(known)) or "none"
            raise ConfigError(f"Expected a parameter of {owner} ({listing}), but got {show(name)}.")
    return {
        name: parameter.check(values[name], owner) if name in values else parameter.default
        for name, parameter in known.items()
    }


def choose(name: object, known: Iterable[str], label: str) -> None:
    """Raise `ConfigError`, which lists ``known``, if ``name`` is not among them."""
    names = tuple(known)
    if name not in names:
        raise ConfigError(
            f"Expected {label} to be one of {', '.join(names)}, but got {show(name)}."
        )
