"""The statistics of a study as tables, for a terminal and as Markdown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..analysis.accuracy import LOWER_IS_BETTER
from ..text_table import text_table
from .comparison import Comparison
from .framing import named_test_set
from .sentences import NATS, amount, bounds, figure_title, sentences
from .statistics import PARTS, Statistics

Rows = list[list[str]]
NOTHING = "–"


@dataclass(frozen=True)
class Section:
    """A table with its title and a note on how to read it."""

    title: str
    note: str
    rows: Rows
    """The first one holds the column titles."""


def sections(statistics: Statistics) -> list[Section]:
    """The tables that there is something to show in."""
    found = [values_section(statistics)]
    if any(c.seeds for c in statistics.comparisons):
        found.append(_gains(statistics))
    if any(not c.setting for c in statistics.parts):
        found.append(_parts(statistics))
    if statistics.ranks is not None:
        rows = [["Method", "Average rank"]]
        ranked = zip(statistics.ranks.labels, statistics.ranks.ranks, strict=True)
        rows += [[label, f"{rank:.2f}"] for label, rank in ranked]
        found.append(
            Section(
                "Average ranks",
                f"Over {statistics.ranks.settings} settings; 1 is best. Methods that differ by "
                f"less than {statistics.ranks.critical_difference:.2f} are not distinguishable "
                "(Nemenyi test at 5 %, Demšar 2006).",
                rows,
            )
        )
    return found


def as_text(statistics: Statistics) -> str:
    """All tables and sentences for a terminal."""
    tables = (
        f"{section.title}. {section.note}\n\n{text_table(section.rows)}"
        for section in sections(statistics)
    )
    return "\n\n".join([statistics.study.title, *tables, "\n".join(sentences(statistics))])


def as_markdown(statistics: Statistics) -> str:
    """All tables and sentences as Markdown."""
    parts = [f"## {statistics.study.title}"]
    for section in sections(statistics):
        parts += [f"### {section.title}", section.note, markdown_table(section.rows)]
    parts += ["### In words", "\n".join(f"- {line}" for line in sentences(statistics))]
    return "\n\n".join(parts) + "\n"


def markdown_table(rows: Rows) -> str:
    """Rows as a table in Markdown, the first one as its head."""
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([lines[0], f"|---|{'---:|' * (len(rows[0]) - 1)}", *lines[1:]])


def values_section(statistics: Statistics) -> Section:
    """The compared figure of each method in each setting."""
    study = statistics.study
    nats = study.figure == NATS
    rows = [["Setting", *study.labels]]
    for setting in study.settings:
        row = [setting.title]
        for label in study.labels:
            values = statistics.values.get((setting.title, label))
            if values is None or math.isnan(values.mean):
                row.append(NOTHING)
            elif nats:
                row.append(f"{values.mean:.3f}")
            else:
                row.append(values.percent())
        rows.append(row)
    unit = "in nats" if nats else "in %"
    return Section(
        figure_title(study.figure),
        f"Mean ± sample standard deviation over seeds, {unit}, at the last epoch on "
        f"{named_test_set(study)}.",
        rows,
    )


def _gains(statistics: Statistics) -> Section:
    study = statistics.study
    others = [label for label in study.labels if label != study.baseline]
    by_place = {(c.setting, c.method): c for c in statistics.comparisons}
    rows = [["Setting", *others]]
    for setting in study.settings:
        cells = [by_place.get((setting.title, label)) for label in others]
        rows.append([setting.title, *(_cell(cell) for cell in cells)])
    pooled = {c.method: c for c in statistics.pooled}
    rows.append(["Mean over settings", *(_cell(pooled.get(label), digits=2) for label in others)])
    less = " Less is better; a gain is what is less." if study.figure in LOWER_IS_BETTER else ""
    at_once = []
    if statistics.family > 1:
        at_once.append(f"for all {statistics.family} comparisons of the settings at once")
    if len(others) > 1:
        at_once.append(f"in the last line for all {len(others)} methods at once")
    unit = "nats" if study.figure == NATS else "points"
    return Section(
        f"Gain over {study.baseline}",
        f"Mean paired difference in {unit} with a 95 % interval (Student's t"
        f"{', ' + ' and '.join(at_once) + ', Bonferroni' if at_once else ''}); "
        f"* where it excludes 0.{less}",
        rows,
    )


def _parts(statistics: Statistics) -> Section:
    study = statistics.study
    pooled = {(c.method, c.figure): c for c in statistics.parts if not c.setting}
    names = [name for name in PARTS if any(figure == name for _, figure in pooled)]
    rows = [["Method", *(figure_title(name) for name in names)]]
    for label in study.labels:
        if label != study.baseline:
            cells = [pooled.get((label, name)) for name in names]
            rows.append([label, *(_cell(cell, alone=True) for cell in cells)])
    return Section(
        "Where the gain is",
        f"Mean gain over {study.baseline} in recall, over the settings that have the part, in "
        "points; each 95 % interval for itself.",
        rows,
    )


def _cell(found: Comparison | None, *, digits: int = 1, alone: bool = False) -> str:
    if found is None or not found.seeds:
        return NOTHING
    interval = found.gain if alone else found.simultaneous
    mean = amount(found.gain.mean, found.figure, digits).partition(" ")[0]
    if math.isnan(interval.low):
        return f"{mean} (one seed)"
    ends = bounds(interval, found.figure, digits).replace(" to ", ", ")
    return f"{mean} [{ends}]{'*' if interval.clear else ''}"
