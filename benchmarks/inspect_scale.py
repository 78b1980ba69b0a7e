"""An inspection of very many files or rows beside named peers: seconds and peak memory.

    python benchmarks/inspect_scale.py                 # 1,000,000 images, 10,000,000 rows
    python benchmarks/inspect_scale.py --checks        # and the quality checks, which take minutes
    python benchmarks/inspect_scale.py --images 20000 --rows 100000

The images are tiny, in 1,000 classes whose sizes fall as 1/rank; they take 4 kB each on the disk of
the temporary folder. Every job runs in a process of its own, one after the other, whose peak memory
and CPU seconds are those of the operating system, imports included. On a busy machine
compare CPU seconds, which sum over threads and child processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._markdown_table import print_table
from benchmarks._own_process import in_own_process

ROOT = Path(__file__).resolve().parents[1]
CLASSES = 1_000
FOLDER_JOBS = {
    "tail": "`inspect --fast`: all figures of the tail",
    "image_folder": "torchvision's `ImageFolder`, constructed",
    "walk": "`os.walk`, files counted",
    "find": "`find`, lines counted",
}
TABLE_JOBS = {
    "tail": "`inspect --fast`: all figures of the tail",
    "checked": "and every row compared (copies, gaps)",
    "pandas": "pandas: read the file, `value_counts`",
    "arrow": "pyarrow: read the label column, `value_counts`",
}
CHECKED = "with all checks of a sample"


def class_sizes(n: int, classes: int) -> list[int]:
    share = 1 / np.arange(1, classes + 1)
    sizes = np.maximum((n * share / share.sum()).astype(int), 1)
    sizes[0] += n - sizes.sum()
    return sizes.tolist()


def write_images(root: Path, n: int) -> None:
    """PPM files of 32 × 32 pixels, each different; fewer classes where there are few files."""
    rng = np.random.default_rng(0)
    number = 0
    for c, size in enumerate(class_sizes(n, min(CLASSES, max(n // 20, 2)))):
        folder = root / f"class {c:05}"
        folder.mkdir(parents=True)
        for start in range(0, size, 2_000):
            coarse = rng.integers(0, 256, (min(2_000, size - start), 8, 8, 3), dtype=np.uint8)
            for pixels in coarse.repeat(4, 1).repeat(4, 2):
                with open(f"{folder}/{number:08}.ppm", "wb") as file:
                    file.write(b"P6 32 32 255\n" + pixels.tobytes())
                number += 1


def write_tables(csv_path: Path, parquet_path: Path, rows: int, classes: int = CLASSES) -> None:
    """The same rows twice: four numbers, a whole one, a city and a label."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    rng = np.random.default_rng(0)
    share = 1 / np.arange(1, classes + 1)
    names = np.array([f"class {c:05}" for c in range(classes)])
    cities = np.array(["Rome", "Oslo", "Lima", "Cairo"])
    writers: list = []
    for start in range(0, rows, 500_000):
        n = min(500_000, rows - start)
        columns = {f"x{k}": rng.normal(size=n).round(4) for k in range(4)}
        columns |= {"age": rng.integers(18, 90, n), "city": rng.choice(cities, n)}
        part = pa.table({**columns, "label": names[rng.choice(classes, n, p=share / share.sum())]})
        writers = writers or [
            csv.CSVWriter(csv_path, part.schema),
            parquet.ParquetWriter(parquet_path, part.schema),
        ]
        for writer in writers:
            writer.write_table(part)
    for writer in writers:
        writer.close()


def job(name: str, path: Path) -> int:
    """Do one job in this process; returns how many samples it saw."""
    if name in ("tail", "checked", "all"):
        from harmony_core.inspection import inspect_file

        return inspect_file(path, quality=name != "tail", judge=name == "all").contents.labels.rows
    if name == "image_folder":
        from torchvision.datasets import ImageFolder

        return len(ImageFolder(path))
    if name == "walk":
        return sum(len(names) for _, _, names in os.walk(path))
    if name == "find":
        listed = subprocess.run(["find", path, "-type", "f"], capture_output=True, check=True)
        return listed.stdout.count(b"\n")
    parquet_file = path.suffix == ".parquet"
    if name == "pandas":
        import pandas as pd

        read = pd.read_parquet if parquet_file else pd.read_csv
        return int(read(path)["label"].value_counts().sum())
    import pyarrow as pa
    from pyarrow import csv, parquet

    if parquet_file:
        labels = parquet.read_table(path, columns=["label"])["label"]
    else:
        kept = csv.ConvertOptions(include_columns=["label"])
        labels = csv.read_csv(path, convert_options=kept)["label"]
    return sum(pa.array(labels.value_counts()).field("counts").to_pylist())


def run_job(name: str, path: Path) -> None:
    started = time.perf_counter()
    seen = job(name, path)
    wall = time.perf_counter() - started
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = sum(use.ru_utime + use.ru_stime for use in (own, others))
    peak = peak_kilobytes() or own.ru_maxrss
    print(json.dumps({"seen": seen, "wall": wall, "cpu": cpu, "peak": peak / 1024}))


def peak_kilobytes() -> int:
    """Peak memory of this process; on Linux a child inherits ru_maxrss, but not VmHWM."""
    try:
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    except OSError:
        return 0


def measure(name: str, words: str, path: Path) -> list[str]:
    found = in_own_process(__file__, name, path)
    return [
        words, f"{found['seen']:,}", f"{found['wall']:.1f} s", f"{found['cpu']:.1f} s",
        f"{found['peak']:.0f} MB",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--checks", action="store_true", help="run the quality checks, too")
    parser.add_argument("--folder", type=Path, help="a folder of images that is there already")
    parser.add_argument("--job", nargs=2, metavar=("NAME", "PATH"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        run_job(given.job[0], Path(given.job[1]))
        return
    more = {"all": CHECKED} if given.checks else {}
    with tempfile.TemporaryDirectory() as folder:
        images = given.folder or Path(folder, "images")
        if given.images and not given.folder:
            write_images(images, given.images)
        if given.images:
            heads = (f"Folder {images.name}", "Files", "Time", "CPU", "Peak memory")
            rows = {**FOLDER_JOBS, **more}.items()
            print_table(heads, (measure(name, words, images) for name, words in rows))
        if given.rows:
            tables = Path(folder, "table.csv"), Path(folder, "table.parquet")
            write_tables(*tables, given.rows)
            for path in tables:
                size = path.stat().st_size >> 20
                heads = (f"{path.name}, {size:,} MB", "Rows", "Time", "CPU", "Peak memory")
                rows = {**TABLE_JOBS, **more}.items()
                print_table(heads, (measure(name, words, path) for name, words in rows))


if __name__ == "__main__":
    main()
