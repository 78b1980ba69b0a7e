"""The options of the pilot as flags of the shell."""

from __future__ import annotations

import argparse

from ...errors import DataError
from .options import OPTIONS, PilotOptions


def add_flags(parser: argparse.ArgumentParser) -> None:
    """A flag for each of `OPTIONS`; none given leaves the choice to the pilot."""
    group = parser.add_argument_group("options of --pilot")
    for option in OPTIONS:
        listed = option.kind is tuple
        group.add_argument(
            option.flag,
            default=None,
            type=str if listed else option.kind,
            choices=option.choices or None,
            metavar="NAME,…" if listed else None,
            help=option.help.replace("%", "%%"),
        )


def pilot_options(args: argparse.Namespace) -> PilotOptions | None:
    """The options that the flags name; ``None`` without ``--pilot``.

    Raises `DataError` for a flag without ``--pilot``, `ConfigError` for a value out of range.
    """
    given = {o.name: getattr(args, o.name) for o in OPTIONS if getattr(args, o.name) is not None}
    if not args.pilot:
        for option in OPTIONS:
            if option.name in given:
                raise DataError(f"Expected {option.flag} together with --pilot, which uses it.")
        return None
    if "methods" in given:
        given["methods"] = [name.strip() for name in given["methods"].split(",") if name.strip()]
    return PilotOptions.from_dict(given)
