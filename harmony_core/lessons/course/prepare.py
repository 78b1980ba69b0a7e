"""Prepared runs, shown at once where training would take too long.

python -m harmony_core.lessons.course.prepare            # all lessons, into `FOLDER`
python -m harmony_core.lessons.course.prepare 3 7        # some of them
"""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files
from pathlib import Path

from ...runs.execute import execute
from ...runs.store import RunStore
from ...scratch import scratch_folder
from .lesson import Lesson, lessons
from .outcome import Outcome, from_store, load, save

FOLDER = Path(str(files(__package__) / "runs"))


def path_of(lesson: Lesson) -> Path:
    """The file of a lesson's prepared run, which is named as the lesson's text is."""
    return FOLDER / f"{lesson.number:02d}-{lesson.name}.npz"


def prepared(lesson: Lesson) -> Outcome:
    """The prepared run of a lesson; a missing or damaged one raises `RunError`."""
    return load(path_of(lesson))


def train(lesson: Lesson) -> Outcome:
    """Train a lesson in this process, as its file says."""
    with scratch_folder() as folder:
        store = RunStore(folder)
        record = store.create(lesson.config, lesson.title)
        execute(store, record.id)
        return from_store(store, store.get(record.id))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="steps to make")
    chosen = set(parser.parse_args().numbers)
    total = 0
    for lesson in lessons():
        path = path_of(lesson)
        if not chosen or lesson.number in chosen:
            save(path, train(lesson))
        size = path.stat().st_size if path.exists() else 0
        total += size
        sys.stdout.write(f"{size:9,} bytes  {path.name}\n")
    sys.stdout.write(f"{total:9,} bytes in all\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
