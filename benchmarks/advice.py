"""Is the pilot's advice right? Its recommendation beside the truth of a long judgement.

    python benchmarks/advice.py TABLES [--out RESULTS] [--only yeast glass]
    python benchmarks/advice.py TABLES --steps advice compare [--checkout OTHER] [--name before]

TABLES is a folder of CSV files with a header and the label in the last column; ZIP files of images
get advice as well. RESULTS receives one JSON file for each table and step, and one advice for each
``--name``; what is there already is not computed again.

- ``truth`` judges on all rows, by stratified 5-fold, repeated twice (once from 10,000 rows on),
  with rows of equal features on one side. The contestants: logistic regression (its C chosen on
  inner folds), random forest and histogram gradient boosting of scikit-learn, each plain, with
  ``class_weight="balanced"``, with logit adjustment after training, and with thresholds chosen out
  of fold; and a perceptron with five losses. Each loss has a recipe of its own (width, rate, decay,
  by balanced accuracy on inner splits) and is trained until twice the steps change nothing, by code
  that shares only the harmonized loss with the pilot's. Classes of fewer than five different
  rows are trained on and never tested.
- ``advice`` runs ``inspect FILE --pilot --json`` of the checkout, with the options of ``--with``.
- ``compare`` prints for each table what was advised, and what the truth says of it:
  within the tied best, if no contestant of the truth is clearly better than the advised one;
  regret, the points of balanced accuracy by which the best mean exceeds it, among all and in its
  family; right about plain or not, if an advised remedy has a gain over the same model without one,
  or if, where none is advised, the truth knows of no clear gain; and how many of the gains and
  losses that the advice claims have that sign. Intervals are 95 %, corrected for splits that share
  training rows (Nadeau & Bengio 2003), wider for the number of contestants compared.

The truth about images is a study: ``--study NAME=FOLDER/table.csv`` takes over what
`python -m harmony_core study benchmarks/advice_images.yaml --source cifar10=ZIP` measured.
Everything runs on one thread: about ten minutes for a small table, more for a large one. Without a
folder nothing is done.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks._advice_comparison import print_comparison, truth_of_study
from benchmarks._advice_opponents import FAMILIES, judge_family
from benchmarks._advice_tables import read_table, splits
from harmony_core.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
STEPS = ("truth", "advice", "compare")
FOLDS, REPEATS, ONE_REPEAT_FROM = 5, 2, 10_000
PROTOCOL = 2
"""Raised whenever results of an earlier version no longer compare."""


def truth(path: Path, out: Path, contestant: str) -> None:
    """Judge a family, or the network with a loss, on a table, and save it beside the others."""
    from benchmarks._advice_networks import judge_loss

    table = read_table(path)
    repeats = REPEATS if len(table.codes) < ONE_REPEAT_FROM else 1
    outer = list(splits(table, FOLDS, repeats))
    same = {"protocol": PROTOCOL, "sha256": table.digest, "splits": len(outer)}
    found: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
    if {name: found.get(name) for name in same} != same:
        overlap = sum(len(s.test) / len(s.train) for s in outer) / len(outer)
        found = {**same, "rows": len(table.codes), "overlap": overlap, "contestants": {}}
    if contestant in found["contestants"]:
        return
    started, cpu = time.perf_counter(), time.process_time()
    if contestant in FAMILIES:
        got = judge_family(table, contestant, outer, report)
    else:
        got = judge_loss(table, contestant.removeprefix("network_"), outer, report)
    spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    found["contestants"] |= {key: {**value, **spent} for key, value in got.items()}
    write_atomically(out, json.dumps(found).encode())


def advice(path: Path, out: Path, checkout: Path, options: list[str]) -> None:
    """Run the pilot of a checkout and keep what it prints, with its time and memory."""
    if out.exists():
        return
    report(f"{path.name}: the advice of {checkout}")
    command = [sys.executable, "-m", "harmony_core", "inspect", str(path.resolve())]
    command += ["--pilot", "--json", "--quiet", *options]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"Expected exit code 0 of {shlex.join(command)}.")
    spent = {
        "seconds": time.perf_counter() - started,
        "cpu": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1024,
    }
    write_atomically(out, json.dumps({**json.loads(printed), "spent": spent}).encode())


def report(message: str) -> None:
    print(time.strftime("%H:%M:%S"), message, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="?", type=Path, help="a folder of CSV files")
    parser.add_argument("--out", type=Path, default=Path("build/advice"), help="for the results")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of these tables alone")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose pilot gives advice")
    parser.add_argument("--name", default="after", help="of this advice among the results")
    parser.add_argument("--with", dest="options", default="", help="further options of `inspect`")
    parser.add_argument("--study", metavar="NAME=TABLE", help="the truth about images")
    args = parser.parse_args()
    if args.tables is None:
        print("Expected a folder of CSV files to judge the advice on, but got none: skipped.")
        return
    found = sorted(p for p in args.tables.iterdir() if p.suffix in (".csv", ".zip"))
    paths = [p for p in found if not args.only or p.stem in args.only]
    args.out.mkdir(parents=True, exist_ok=True)
    if args.study:
        name, table = args.study.split("=", 1)
        known = truth_of_study(Path(table))
        write_atomically(args.out / f"truth-{name}.json", json.dumps(known).encode())
    by_size = sorted(paths, key=lambda p: p.stat().st_size)
    if "advice" in args.steps:
        for path in by_size:
            out = args.out / f"{args.name}-{path.stem}.json"
            advice(path, out, args.checkout, shlex.split(args.options))
    if "truth" in args.steps:
        from benchmarks._advice_networks import LOSSES

        for contestant in (*FAMILIES, *(f"network_{loss}" for loss in LOSSES)):
            for path in by_size:
                if path.suffix == ".csv":
                    truth(path, args.out / f"truth-{path.stem}.json", contestant)
    if "compare" in args.steps:
        print_comparison(args.out, [p.stem for p in paths])


if __name__ == "__main__":
    main()
