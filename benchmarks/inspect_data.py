"""Time and memory of an inspection, against reading the same file with pandas or Pillow alone.

    python benchmarks/inspect_data.py          # a CSV of 1,000,000 rows × 20 columns, 60,000 images
    python benchmarks/inspect_data.py --zip cifar10-jpeg.zip --pilot
    python benchmarks/inspect_data.py --rows 100000 --images 6000

Each job runs in a separate process, so that peak memory is the job's alone; what the interpreter
uses before the file is opened is shown and subtracted. Processes that the job starts count in full,
including their interpreters. Seconds are the best of ``--repeat`` runs.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np
from _own_process import in_own_process

ROOT = Path(__file__).resolve().parents[1]
MB = 2**20
JOBS = {
    "tail": "label column alone: all figures of the tail",
    "checked": "and every cell: copies, leaks, missing values",
    "suspects": "and near copies and suspect labels",
    "pandas": "pandas.read_csv and value_counts",
    "images": "tail, (near) copies, leaks, unreadable, odd",
    "all_images": "and suspect labels",
    "pillow": "Pillow alone: open and decode every image",
    "pilot": "the pilot: 5 methods, all seeds, learning curve",
}


def write_table(path: Path, rows: int) -> None:
    """Per row: 17 numbers with five decimals, an integer, a text and a long-tailed label."""
    import pandas as pd

    rng = np.random.default_rng(0)
    share = 0.5 ** np.arange(10)
    columns: dict[str, object] = {f"x{i}": rng.normal(size=rows).round(5) for i in range(17)}
    columns["age"] = rng.integers(18, 90, rows)
    columns["city"] = rng.choice(["Rome", "Oslo", "Lima", "Cairo"], rows)
    names = np.array([f"class {i}" for i in range(10)])
    columns["label"] = names[rng.choice(10, rows, p=share / share.sum())]
    pd.DataFrame(columns).to_csv(path, index=False)


def write_images(path: Path, images: int) -> None:
    """Random 32 × 32 JPEGs by class, with detail at the scales of photographs; 5/6 for training."""
    from PIL import Image

    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for i in range(images):
            pixels = np.full((32, 32, 3), 128.0)
            for cells, height in ((2, 60), (4, 40), (8, 25), (32, 8)):  # coarse detail is stronger
                layer = rng.normal(0, height, (cells, cells, 3))
                pixels += np.kron(layer, np.ones((32 // cells, 32 // cells, 1)))
            out = io.BytesIO()
            picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            picture.save(out, "JPEG", quality=75)
            split = "test" if i % 6 == 0 else "train"
            archive.writestr(f"{split}/class{i % 10}/{i:05}.jpg", out.getvalue())


def job(name: str, path: Path) -> None:
    """Do one job in this process and print its figures as JSON."""
    if name == "pandas":
        import pandas as pd
    elif name == "pillow":
        from PIL import Image
    else:
        import pyarrow.csv
        import pyarrow.parquet  # noqa: F401

        from harmony_core.inspection import analyse_tail, inspect_file, read_file
        from harmony_core.inspection.pilot.pilot import run_pilot
        from harmony_core.inspection.quality import images, tables

        assert images
        assert tables
        if name in ("suspects", "all_images", "pilot"):
            import cleanlab.filter
            import sklearn.ensemble
            import sklearn.linear_model  # noqa: F401

            assert cleanlab
    before = peak_memory()
    together = Together()
    started, cpu = time.perf_counter(), time.process_time()
    if name == "pandas":
        pd.read_csv(path)["label"].value_counts()
    elif name == "pillow":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                if entry.endswith(".jpg"):
                    np.asarray(Image.open(io.BytesIO(archive.read(entry))))
    elif name == "pilot":
        contents = read_file(path)
        labels = contents.labels
        run_pilot(contents, analyse_tail(labels.train_counts, labels.test_counts))
    else:
        inspect_file(path, quality=name != "tail", judge=name in ("suspects", "all_images"))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu += others.ru_utime + others.ru_stime
    peak = max(peak_memory(), together.peak)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "before": before, "peak": peak}))


def peak_memory() -> int:
    """Peak bytes of this process; on Linux a child inherits ru_maxrss, but not VmHWM."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except OSError:
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


class Process(subprocess.Popen[bytes]):
    """A process that this one starts, registered for `Together`."""

    started: ClassVar[list[int]] = []

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.started.append(self.pid)


class Together(threading.Thread):
    """``peak``: most bytes held at one time by this process and those it started; Linux only."""

    EVERY = 0.01

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        subprocess.Popen = Process
        self.start()

    def run(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(held, ("self", *Process.started))))
            time.sleep(self.EVERY)


def held(pid: int | str) -> int:
    """Resident bytes of a process; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def measure(name: str, path: Path, repeat: int) -> None:
    """Run a job in fresh processes and print the best run."""
    runs = [in_own_process(__file__, name, path) for _ in range(repeat)]
    best = min(runs, key=lambda run: run["seconds"])
    size = path.stat().st_size
    extra = best["peak"] - best["before"]
    print(
        f"  {JOBS[name]:<52} {best['seconds']:6.2f} s  {best['cpu']:6.2f} s CPU  "
        f"{extra / MB:6.0f} MB above {best['before'] / MB:.0f} MB ({extra / size:.2f} × file)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--zip", type=Path, help="measure this ZIP of images instead")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--pilot", action="store_true", help="time the pilot too")
    parser.add_argument("--job", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        job(given.job[0], Path(given.job[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        write_table(table, given.rows)
        size = table.stat().st_size / MB
        print(f"CSV, {given.rows:,} rows × 20 columns, {size:.0f} MB, {os.cpu_count()} cores:")
        for name in ("tail", "checked", "suspects", "pandas"):
            measure(name, table, given.repeat)
        if given.pilot:
            measure("pilot", table, 1)
        path = given.zip
        if path is None:
            path = Path(folder) / "images.zip"
            write_images(path, given.images)
        print(f"Images, {path.name}, {path.stat().st_size / MB:.0f} MB:")
        for name in ("images", "all_images", "pillow"):
            measure(name, path, given.repeat)
        if given.pilot:
            measure("pilot", path, 1)


if __name__ == "__main__":
    main()
