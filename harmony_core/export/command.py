"""The command ``export``: an experiment as tables, a config, a script, a page or a replay.

``--site`` writes the course as static pages instead.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

from ..config import MethodConfig
from ..errors import ConfigError, RunError
from ..experiments.method_text import method_labels
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from .results import write_csv

MAPS = "embedding"
"""The page whose recording is an experiment's folder, not a payload."""
ONE_EXPERIMENT = ("csv", "config", "snippet", "html", "tensorboard", "embedding", "replay")
"""Flags that write something of one experiment."""


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``export``, which can be combined."""
    add = parser.add_argument
    add(
        "--csv",
        metavar="PLACE",
        help="curves as one CSV file; - is stdout, the default. A folder (DIR/) or a ZIP file also "
        "gets the tables of classes, samples, histograms and densities",
    )
    add("--config", metavar="FILE", help="the config, for `run`; - is stdout")
    add(
        "--snippet",
        nargs="+",
        metavar=("METHOD", "FILE"),
        help="a PyTorch script that trains with one method (its number from 1, loss or label)",
    )
    add("--html", metavar="FILE", help="everything as one page that opens offline")
    add("--tensorboard", metavar="DIR", help="events for TensorBoard; needs tensorboard")
    add("--embedding", metavar="FILE", help="the embedding as one page; needs umap")
    add(
        "--site",
        metavar="DIR",
        help="the course, its glossary and a gallery of recorded runs as a folder of static pages; "
        "needs no ID: experiments that are named are added to the gallery",
    )
    add("--replay", metavar="FILE", help="a recording for the start page, under 1 MB")
    add(
        "--replay-page",
        choices=("arena", "density", "weights", MAPS),
        default="arena",
        help="the page whose panels the recording holds; the start page shows those of the Arena; "
        "a recording of the embedding is a folder, and needs umap",
    )


def export(given: argparse.Namespace) -> None:
    """Write what the flags name; the curves to stdout if there are none."""
    store = RunStore(given.runs)
    if given.site is not None:
        _site(store, given)
        return
    if len(given.id) != 1:
        raise ConfigError(
            f"Expected one ID of an experiment to export, but got {len(given.id) or 'none'}. "
            "`list` shows them; only --site needs none or takes several."
        )
    record = store.get(store.find(given.id[0]))
    if given.config is not None:
        with _target(given.config) as file:
            file.write(record.config.to_json() + "\n")
    if given.snippet is not None:
        _snippet(record, given.snippet)
    if given.html is not None:
        from .offline import offline_html

        _note(offline_html(store, record, Path(given.html)).sentence)
    if given.replay is not None:
        from .replay import PAGES, write_replay

        if given.replay_page == MAPS:
            from .example import write_example

            write_example(store, record, Path(given.replay))
        else:
            panels = PAGES[given.replay_page]
            _note(write_replay(store, record, Path(given.replay), panels=panels).sentence)
    if given.embedding is not None:
        from .embedding_page import export_embedding_html

        export_embedding_html(store, record, Path(given.embedding))
    if given.tensorboard is not None:
        from .tensorboard import write_events

        _note(write_events(store, record, Path(given.tensorboard)))
    if given.csv is not None or all(getattr(given, name) is None for name in ONE_EXPERIMENT):
        _csv(store, record, given.csv or "-")


def chosen_method(methods: Sequence[MethodConfig], text: str) -> int:
    """The position of the method that ``text`` names by number from 1, by loss or by label.

    Raises `ConfigError` unless it names exactly one.
    """
    labels = method_labels(methods)
    found = [i for i, label in enumerate(labels) if label == text]
    found = found or [i for i, method in enumerate(methods) if method.loss == text]
    if not found and text.isascii() and text.isdigit() and 1 <= int(text) <= len(methods):
        found = [int(text) - 1]
    if len(found) != 1:
        known = ", ".join(f"{i} {label}" for i, label in enumerate(labels, start=1))
        raise ConfigError(
            f"Expected one of the experiment's methods ({known}), by number, loss or label, "
            f"but got {text!r}."
        )
    return found[0]


def _site(store: RunStore, given: argparse.Namespace) -> None:
    from .site.write import write_site

    others = [name for name in ONE_EXPERIMENT if getattr(given, name) is not None]
    if others:
        raise ConfigError(
            f"Expected --site alone, but got --{others[0]} too. Export that by a second command."
        )
    own = [store.get(run_id) for run_id in dict.fromkeys(map(store.find, given.id))]
    _note(write_site(Path(given.site), store, own).sentence)


def _snippet(record: ExperimentRecord, words: list[str]) -> None:
    from .snippet import snippet

    if len(words) > 2:
        raise ConfigError(
            f"Expected --snippet METHOD, or METHOD and FILE, but got {len(words)} words. "
            "Put a label with spaces in quotes."
        )
    script = snippet(record.config, chosen_method(record.config.methods, words[0]))
    with _target(words[1] if len(words) > 1 else "-") as file:
        file.write(script)


def _csv(store: RunStore, record: ExperimentRecord, place: str) -> None:
    folder = place.endswith(("/", os.sep)) or (place != "-" and Path(place).is_dir())
    if folder or place.lower().endswith(".zip"):
        from .tables import write_tables

        write_tables(store, record, Path(place))
    else:
        with _target(place) as file:
            write_csv(store, record, file)


def _note(sentence: str) -> None:
    if sentence:
        sys.stderr.write(sentence + "\n")


def _target(name: str) -> AbstractContextManager[IO[str]]:
    """A text file to write to; ``-`` is stdout."""
    if name == "-":
        return nullcontext(sys.stdout)
    try:
        return Path(name).open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise RunError(
            f"Expected to write {name}, but got: {error.strerror or error}. Name another file."
        ) from error
