"""`python -m harmony_core inspect FILE`: the inspection from the shell.

Results go to stdout, progress and errors to stderr. Exit code 0, or 2 with one line on stderr.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..command_name import as_called
from ..errors import DataError, HarmonyError
from ..extras import require
from ..printable import printable
from ..readers.format import AUTO, NO, NONE, YES
from ..readers.messages import Progress, silent
from .analyse import Inspection, inspect_file
from .detection.repeat_factors import THRESHOLD, check_threshold
from .exports.command import add_export_flags, check_flags, write_wanted
from .pilot.flags import add_flags, pilot_options
from .report.contestants import as_text
from .report.document import all_figures, class_rows, to_json
from .tail.class_counts import BETA
from .tail.figures import FIGURES

DONE, USAGE = 0, 2
SHOWN = 20
EPILOG = """\
examples:
  python -m harmony_core inspect train.csv
  python -m harmony_core inspect train.csv --label species --html report.html
  python -m harmony_core inspect images.zip --pilot --json > report.json
  python -m harmony_core inspect train.csv --flagged flagged.csv --clean clean.csv
  python -m harmony_core inspect train.csv --pilot --seeds 10 --methods linear,boosting
"""


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `inspect` to the subcommands of a parser; `run` does what it says."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "inspect",
        help="Report how long the tail of a data set is, how clean it is, and which method to try.",
        description="Reads tables, counts, arrays, images with their classes, and annotations. "
        "Nothing leaves this machine.",
        epilog=as_called(EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", help="a file, or a folder of images, annotations or shards")
    parser.add_argument("--label", metavar="COLUMN", help="the column of labels (default: guessed)")
    parser.add_argument("--split", metavar="COLUMN", help="the column that says train or test")
    parser.add_argument(
        "--separator", default=AUTO, metavar="TEXT",
        help=f"what separates several labels in a cell; `{NONE}` takes each cell as one label",
    )  # fmt: skip
    parser.add_argument(
        "--header", default=AUTO, choices=(AUTO, YES, NO),
        help="whether the first row of a text table or a sheet names the columns",
    )  # fmt: skip
    parser.add_argument(
        "--bounds", nargs=2, type=float, metavar=("LOW", "HIGH"),
        help="tail: fewer than LOW samples, head: more than HIGH",
    )  # fmt: skip
    parser.add_argument(
        "--beta", type=float, default=BETA, help="β of the effective number of samples"
    )
    parser.add_argument(
        "--probs", metavar="FILE",
        help="judge labels by your predictions: one row per sample, one column per class "
        "(NPY, NPZ, CSV, Parquet), from a model that saw none of the samples it predicts",
    )  # fmt: skip
    parser.add_argument(
        "--embeddings", metavar="FILE",
        help="judge labels by your embeddings: one row of numbers per sample",
    )  # fmt: skip
    parser.add_argument(
        "--fast", action="store_true", help="report the tail only, without quality checks"
    )
    parser.add_argument(
        "--pilot",
        action="store_true",
        help="compare methods on the data, within a time budget, and recommend one",
    )
    add_flags(parser)
    parser.add_argument(
        "--html", metavar="PATH", help="write the report, one file that opens offline"
    )
    parser.add_argument("--csv", metavar="PATH", help="write the table of classes")
    parser.add_argument(
        "--repeat-threshold", type=float, default=THRESHOLD, metavar="T",
        help="for annotations: repeat images of classes that fewer than this share of images have",
    )  # fmt: skip
    parser.add_argument(
        "--repeat-factors", metavar="PATH",
        help="for annotations: write how often to show each image, as CSV",
    )  # fmt: skip
    parser.add_argument("--script", metavar="PATH", help="write a training script (needs --pilot)")
    add_export_flags(parser)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(command=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Do what the parsed arguments say; returns the exit code."""
    require("inspect")
    try:
        options = pilot_options(args)
        if args.script and not args.pilot:
            raise DataError("Expected --script together with --pilot, which chooses the method.")
        check_threshold(args.repeat_threshold)
        check_flags(args)
        progress = silent if args.quiet else _reporter()
        found = inspect_file(
            args.file,
            label=args.label,
            split=args.split,
            separator=args.separator,
            header=args.header,
            beta=args.beta,
            bounds=tuple(args.bounds) if args.bounds else None,
            quality=not args.fast,
            pilot=options or False,
            probs=args.probs,
            embeddings=args.embeddings,
            progress=progress,
        )
        progress("", None)
        if found.detection is not None:
            found = replace(found, detection=found.detection.at(args.repeat_threshold))
        _write(found, args)
        write_wanted(args, found.quality, silent)
        sys.stdout.write((to_json(found) if args.json else summary(found)) + "\n")
        return DONE
    except HarmonyError as error:
        return _failed(str(error))
    except MemoryError:
        return _failed(
            "Expected enough memory to look at this file, but got none. Try --fast, or keep fewer "
            "samples of the frequent classes."
        )


def _failed(message: str) -> int:
    sys.stderr.write(f"harmony: {' '.join(message.split())}\n")
    return USAGE


def _write(found: Inspection, args: argparse.Namespace) -> None:
    from .report import files as export

    if args.html:
        from .report.html import report_html

        export.save(Path(args.html), report_html(found))
    if args.csv:
        export.save(Path(args.csv), export.classes_csv(found))
    if args.repeat_factors:
        from .detection.files import images_csv

        if found.detection is None:
            raise DataError(
                "Expected annotations of objects for --repeat-factors (without --fast), but got "
                f"{found.contents.form}. Leave the flag out."
            )
        export.save(Path(args.repeat_factors), images_csv(found.detection))
    if args.script:
        from .report.training_script import training_script

        export.save(Path(args.script), training_script(found, Path(args.file)))


def summary(found: Inspection) -> str:
    """The inspection as text for a terminal."""
    contents, labels = found.contents, found.contents.labels
    lines = [f"{contents.name}: {contents.form}"]
    if contents.label and contents.kind == "table":
        more = f"; others: {', '.join(contents.choices[:4])}" if contents.choices else ""
        lines.append(f"Label column: {contents.label} ({contents.reason}{more})")
    lines += [f"Note: {note}" for note in contents.notes]
    lines.append("")
    figures = all_figures(found)
    width = max(len(FIGURES[name].title) for name in figures)
    lines += [
        f"{FIGURES[name].title:<{width}}  {FIGURES[name].show(value)}"
        for name, value in figures.items()
    ]
    lines += ["", found.tail.groups.sentence, ""]
    rows = class_rows(found)
    name_width = min(max(len(printable(r["name"])) for r in rows[:SHOWN]), 40)
    lines.append(f"{'class':<{name_width}}  {'samples':>10}  group")
    for row in rows[: SHOWN // 2] + rows[-SHOWN // 2 :] if len(rows) > SHOWN else rows:
        name = printable(row["name"])[:name_width]
        lines.append(f"{name:<{name_width}}  {row['count']:>10,}  {row['group']}")
    if len(rows) > SHOWN:
        lines.append(f"({len(rows) - SHOWN:,} classes between are not shown; --csv has all)")
    if found.quality is not None:
        lines += ["", *found.quality.sentences(labels.names)]
    if found.profile is not None:
        lines += ["", *(printable(line) for line in found.profile.sentences())]
    if found.detection is not None:
        lines += ["", *(printable(line) for line in found.detection.sentences())]
    if found.pilot is not None:
        lines += ["", *as_text(found.pilot, found.recommendation)]
    if found.recommendation is not None:
        lines += ["", *found.recommendation.sentences()]
    return "\n".join(map(printable, lines))  # names stand in notes and advice, too


def _reporter() -> Progress:
    """Progress on stderr, from the second second on; on one line of a terminal."""
    started = time.monotonic()
    last = [started, 0.0]
    live = sys.stderr.isatty()
    write: Callable[[str], Any] = sys.stderr.write

    def report(message: str, share: float | None) -> None:
        now = time.monotonic()
        if not message:
            if live and last[1]:
                write("\r\033[K")
            return
        if now - started < 1 or now - last[1] < (0.1 if live else 5):
            return
        last[1] = now
        done = "" if share is None else f" {100 * share:.0f} %"
        write(f"\r\033[K{printable(message)}{done}" if live else f"{printable(message)}{done}\n")

    return report
