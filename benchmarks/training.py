"""Lockstep training against the reference loop, and where the time in a step goes.

    python benchmarks/training.py [--repeats 5] [--source cifar10-lt100-jpeg.zip]
    python benchmarks/training.py --profile plane|cnn > profile.txt

Without ``--source`` the images are random, in the shape and number of CIFAR-10-LT with factor 100;
speed does not depend on their content. A profile lists the operations of a training by self time.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch

from harmony_core.bench import training
from harmony_core.bench.command import report
from harmony_core.bench.machine import describe
from harmony_core.bench.table import Row
from harmony_core.config import DataConfig
from harmony_core.data import build_dataset
from harmony_core.training.cpu_threads import divide
from harmony_core.training.malloc import keep_freed

FULL = 12_406


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    parser.add_argument("--images", type=int, default=FULL, metavar="N")
    parser.add_argument("--source", metavar="FILE", help="CIFAR-10-LT as an archive")
    parser.add_argument("--only", nargs="+", choices=("plane", "digits", "cifar"))
    parser.add_argument("--profile", choices=("plane", "cnn"))
    given = parser.parse_args()
    keep_freed()
    if given.profile:
        profile(given.profile)
        return
    print(report(list(rows(given)), given.repeats))


def rows(given: argparse.Namespace) -> Iterator[Row]:
    only = given.only or ("plane", "digits", "cifar")
    if "plane" in only:
        yield from training.plane_rows(given.repeats)
    if "digits" in only:
        yield from training.image_rows(
            "digits-LT", training.digits(), "small_cnn", given.repeats, epochs=10
        )
    if "cifar" in only:
        data = training.cifar_shaped(given.images)
        if given.source:
            params = {"archive": given.source}
            data = build_dataset(DataConfig("cifar10-lt", params, 100.0), 0)
        yield from training.image_rows("CIFAR-10-LT", data, "small_cnn", given.repeats)


def profile(what: str) -> None:
    """Print operations by self time: 10 epochs in the plane, or one epoch of a small network."""
    model = "mlp" if what == "plane" else "small_cnn"
    data = training.cifar_shaped(2048)
    if what == "plane":
        task = training.plane(training.FOUR, epochs=10)
    else:
        task = training.in_lockstep(data, model, training.FOUR, 1, "cpu")
    threads = divide(model, data, len(training.FOUR))
    task()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiled:
        task()
    table = profiled.key_averages().table(
        sort_by="self_cpu_time_total", row_limit=30, max_name_column_width=44
    )
    print(f"{what}: 4 methods ({', '.join(training.FOUR)}), {threads}. {describe()}.\n")
    for line in table.splitlines():
        print(line.rstrip())


if __name__ == "__main__":
    main()
