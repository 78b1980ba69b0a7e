"""`python -m harmony_core bench`: how fast this machine trains, as a Markdown table.

Progress goes to stderr, the table to stdout or to a file. Without a GPU its rows are missing, and
the last line says so.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..extras import require
from .table import Row, markdown

if TYPE_CHECKING:
    import torch

DONE = 0


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `bench` to the subcommands of a parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bench",
        help="Measure how fast this machine trains.",
        description="Measures training, losses and data loading on this machine and writes a "
        "Markdown table: medians of repeated runs, and ratios to plain PyTorch. Takes a minute or "
        "two; run nothing else meanwhile.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=bench)
    parser.add_argument(
        "--full", action="store_true", help="all sizes and more repeats; takes many minutes"
    )
    parser.add_argument(
        "--repeats", type=_count, metavar="N", help="runs of each task (default: 3, with --full 7)"
    )
    parser.add_argument("--only", choices=tuple(PARTS), nargs="+", help="measure only these parts")
    parser.add_argument("--output", metavar="FILE", help="write the table to FILE, not to stdout")
    return parser


def bench(given: argparse.Namespace, stream: IO[str] | None = None) -> int:
    """Run the chosen measurements and write the table; the exit code."""
    require("study")
    from ..training.malloc import keep_freed

    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # as for experiments, like the next line
    keep_freed()
    repeats = given.repeats or (7 if given.full else 3)
    start = time.monotonic()
    rows: list[Row] = []
    for name in given.only or PARTS:
        sys.stderr.write(f"{time.monotonic() - start:5.0f} s  {name}\n")
        rows.extend(PARTS[name](given.full, repeats))
    text = f"{report(rows, repeats)} Took {time.monotonic() - start:.0f} s.\n"
    if given.output:
        Path(given.output).write_text(text, encoding="utf-8")
    else:
        (stream or sys.stdout).write(text)
    return DONE


def report(rows: list[Row], repeats: int) -> str:
    """The table, and a line about the machine below it."""
    from .machine import describe

    return (
        f"{markdown(rows)}\n\nMedians of {repeats} runs each, in turn, after a warm-up run; a "
        f"ratio is the median of the ratios of paired runs. {describe()}."
    )


def _plane(full: bool, repeats: int) -> Iterator[Row]:
    from .training import plane_rows

    return plane_rows(repeats)


def _images(full: bool, repeats: int) -> Iterator[Row]:
    from .training import cifar_shaped, digits, image_rows

    yield from image_rows("digits-LT", digits(), "small_cnn", repeats, epochs=10 if full else 5)
    n = 12_406 if full else 2_048
    yield from image_rows("CIFAR-10-LT in shape", cifar_shaped(n), "small_cnn", repeats)


def _losses(full: bool, repeats: int) -> Iterator[Row]:
    import torch

    from .losses import rows, training_step

    for device in _devices():
        yield from rows(full, repeats, device)
    model = "resnet32" if full or torch.cuda.is_available() else "small_cnn"
    for device in _devices():
        yield training_step(model, 128, repeats, device)


def _gpu(full: bool, repeats: int) -> Iterator[Row]:
    import torch

    from .training import gpu_rows

    if torch.cuda.is_available():
        yield from gpu_rows(repeats, torch.device("cuda"))


def _devices() -> Iterator[torch.device]:
    import torch

    yield torch.device("cpu")
    if torch.cuda.is_available():
        yield torch.device("cuda")


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"expected 1 to 1000 runs, but got {value}")
    return value


PARTS: dict[str, Callable[[bool, int], Iterator[Row]]] = {
    "plane": _plane, "images": _images, "losses": _losses, "gpu": _gpu,
}  # fmt: skip
"""The parts in order; each is called with whether to measure all sizes, and the repeats."""
