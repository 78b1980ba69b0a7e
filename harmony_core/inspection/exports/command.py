"""The flags of `inspect` that write files to take along."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...readers.contents import Contents
from ...readers.messages import Progress
from ...readers.open import read_file
from ..quality.finding import Quality
from ..quality.flagged import flag
from ..quality.tables import row_name
from . import EXPORTS
from .choice import DEFAULT_DROP, RELABELS, REMOVABLE, Choice
from .export import Export, protect, write_export

MARKS = 50_000_000
"""More than a file has rows."""


def add_export_flags(parser: argparse.ArgumentParser) -> None:
    """One flag for each form, and the choice of what a cleaned copy leaves out."""
    for export in EXPORTS.values():
        endings = ", ".join(f".{suffix}" for suffix in export.suffixes)
        parser.add_argument(
            export.flag, metavar="PATH", help=f"write {export.help} ({endings})".replace("%", "%%")
        )
    parser.add_argument(
        "--drop", metavar="CHECKS",
        help="with --clean: checks whose samples are left out, separated by commas, or `none` "
        f"(default {','.join(DEFAULT_DROP)}; known: {', '.join(REMOVABLE)})",
    )  # fmt: skip
    parser.add_argument(
        "--relabel", metavar="CHECKS",
        help="with --clean: checks whose suggested labels it takes over "
        f"(default none; known: {', '.join(RELABELS)})",
    )  # fmt: skip


def check_flags(args: argparse.Namespace) -> None:
    """Raise `DataError` before the work for what could not be written after it."""
    given = wanted(args)
    if given and args.fast:
        raise DataError(
            f"Expected {given[0][0].flag} without --fast, which skips the checks. Leave one out."
        )
    if (args.drop or args.relabel) and not args.clean:
        raise DataError("Expected --drop and --relabel together with --clean PATH.")
    choice_of(args)
    for _, target in given:
        protect(Path(args.file), target)


def wanted(args: argparse.Namespace) -> list[tuple[Export, Path]]:
    """The forms that were asked for, and where to."""
    given = [(export, getattr(args, export.name)) for export in EXPORTS.values()]
    return [(export, Path(target)) for export, target in given if target]


def choice_of(args: argparse.Namespace) -> Choice:
    """What a cleaned copy leaves out; what is relabelled is not dropped unless that is said."""
    relabel = _names(args.relabel)
    default = tuple(name for name in DEFAULT_DROP if name not in relabel)
    return Choice(default if args.drop is None else _names(args.drop), relabel)


def _names(text: str | None) -> tuple[str, ...]:
    names = [name.strip() for name in (text or "").split(",")]
    return tuple(name for name in names if name and name != "none")


def write_wanted(args: argparse.Namespace, quality: Quality | None, progress: Progress) -> None:
    """Write what was asked for; the file is opened once more, and what was done goes to stderr."""
    given = wanted(args)
    if not given:
        return
    if quality is None:
        raise DataError(
            f"Expected samples to check for {given[0][0].flag}, but got counts alone. Provide the "
            "data themselves."
        )
    contents = read_file(
        args.file, label=args.label, split=args.split, separator=args.separator,
        header=args.header, progress=progress,
    )  # fmt: skip
    try:
        quality = _whole(quality, contents)
        for export, target in given:
            said = write_export(export, target, Path(args.file), contents, quality, choice_of(args))
            if not args.quiet:
                sys.stderr.write(f"{export.title} in {target.name}: " + "\n".join(said) + "\n")
    finally:
        contents.close()


def _whole(quality: Quality, contents: Contents) -> Quality:
    """With all marks in the table, also those beyond what a result file keeps."""
    if quality.flagged is None or not quality.flagged.left_out:
        return quality
    name = row_name if contents.images is None else contents.images.name
    few, every = quality.flagged, flag(quality.findings, contents.labels, name, most=MARKS)
    # of every check the table holds the first marks, so a picture moves with the start of its check
    moved = [
        row - few.check.index(few.check[row]) + every.check.index(few.check[row])
        for row in few.pictured.tolist()
    ]
    pictured = np.array(moved, dtype=np.int64)
    return replace(quality, flagged=replace(every, pictured=pictured, pictures=few.pictures))
