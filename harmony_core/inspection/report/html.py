"""The inspection as one HTML file: charts, tables and words, and nothing from the network.

Everything that comes from the user's file is escaped; the page's own policy forbids requests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ... import __version__
from ..quality.measures import CHECKS
from ..tail.figures import FIGURES
from ..tail.figures.shares import HEAD_SHARE
from ..tail.groups import GROUPS
from ..tail.references import COMPARED, references
from .charts import charts
from .contestants import (
    ADVISED,
    LEGEND,
    cell,
    column,
    contestant_rows,
    default_names,
    numbers,
    recall_rows,
    shown_metrics,
    small_tests,
)  # fmt: skip
from .document import all_figures, class_rows
from .html_table import html_table as _table
from .html_table import html_text as _text
from .profile_html import detection_html, profile_html

if TYPE_CHECKING:
    from ..analyse import Inspection
    from ..pilot.pilot import Pilot

ROWS = 300
"""Classes listed in the table; the CSV has all."""
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
_STYLE = """
:root{--ink:#1a2230;--faint:#5a6270;--line:#dbe0e8;--soft:#f3f5f8;--accent:#23395b}
*{box-sizing:border-box}
body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);margin:0 auto;max-width:68rem;
padding:1.5rem}
h1{font-size:1.7rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem}
p{max-width:46rem}.faint{color:var(--faint)}
.verdict{border-left:5px solid var(--accent);background:var(--soft);padding:.8rem 1rem;
margin:1.2rem 0}.verdict p{margin:.3rem 0}.verdict p:first-child{font-weight:650;font-size:1.1rem}
.scroll{overflow:auto;max-height:34rem;border:1px solid var(--line);border-radius:.4rem}
table{border-collapse:collapse;width:100%}
th,td{padding:.3rem .6rem;text-align:left;
border-bottom:1px solid var(--line);vertical-align:top}thead th{position:sticky;top:0;
background:var(--soft)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}th.group{background:var(--soft)}td.name{overflow-wrap:anywhere;max-width:20rem}
td:first-child,th:first-child,td:last-child{min-width:9rem}
@media print{.scroll{max-height:none}}
"""


def report_html(found: Inspection) -> str:
    """The whole report; it needs no network and can be mailed or archived."""
    from plotly.offline import get_plotlyjs

    contents = found.contents
    title = f"{contents.name}: a look at the tail"
    body = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="faint">{_text(_origin(found))}</p>',
        _verdict(found),
        _notes("What to know about the file", contents.notes),
        _figures(found),
        *_charts(found),
        _references(found),
        _quality(found),
        profile_html(found),
        detection_html(found),
        _pilot(found),
        _classes(found),
    ]
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _origin(found: Inspection) -> str:
    contents = found.contents
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    label = f", labels from {contents.label!r} ({contents.reason})" if contents.reason else ""
    return (
        f"{contents.form}{label}. Made by Harmony {__version__} on {when}, on this machine alone."
    )


def _verdict(found: Inspection) -> str:
    if found.recommendation is None:
        return ""
    lines = "".join(f"<p>{_text(line)}</p>" for line in found.recommendation.sentences())
    return f'<div class="verdict">{lines}</div>'


def _notes(title: str, notes: tuple[str, ...]) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{_text(note)}</li>" for note in notes)
    return f"<h2>{_text(title)}</h2><ul>{items}</ul>"


def _figures(found: Inspection) -> str:
    rows = []
    for name, value in all_figures(found).items():
        m = FIGURES[name]
        rows.append([m.title, m.show(value), m.defined, m.meaning])
    head = ["Figure", "Value", "What it is", "What it means for training"]
    return "<h2>The tail in figures</h2>" + _table(head, rows, {1})


def _charts(found: Inspection) -> list[str]:
    parts = []
    for title, words, figure in charts(found):
        drawn = figure.to_html(
            full_html=False,
            include_plotlyjs=False,
            config={"displaylogo": False, "responsive": True},
        )
        parts.append(f"<h2>{_text(title)}</h2><p>{_text(words)}</p>{drawn}")
    return parts


def _references(found: Inspection) -> str:
    own = all_figures(found)
    titles = [FIGURES[name].title for name in COMPARED]
    rows = [["This file", *(FIGURES[n].show(own.get(n)) for n in COMPARED), ""]]
    rows += [
        [r.name, *(FIGURES[n].show(r.figures.get(n)) for n in COMPARED), f"{r.source}; {r.basis}"]
        for r in references()
    ]
    table = _table(["Data set", *titles, "Source"], rows, set(range(1, len(COMPARED) + 1)))
    return f"<h2>Compared with reference data sets</h2>{table}"


def _quality(found: Inspection) -> str:
    quality = found.quality
    if quality is None:
        return ""
    names = found.contents.labels.names
    parts = ["<h2>Quality</h2>"]
    if quality.findings:
        rows = []
        groups = found.tail.groups.of_class
        for name, finding in quality.findings.items():
            m = CHECKS[name]
            shares = [HEAD_SHARE.show(quality.share(name, groups == g)) for g in range(len(GROUPS))]
            rows.append([m.title, f"{finding.total:,}", *shares, m.definition, m.meaning])
        head = ["Check", "Found", *(f"of {g}" for g in GROUPS), "What it is", "What it means"]
        parts.append(_table(head, rows, {1, 2, 3, 4}))
        examples = [
            [CHECKS[name].title, sample, words]
            for name, finding in quality.findings.items()
            for sample, words in finding.examples[:8]
        ]
        if examples:
            parts.append("<h2>Examples to look at</h2>")
            parts.append(_table(["Check", "Sample", "What was found"], examples, set()))
    if quality.too_few:
        small = ", ".join(names[c] for c in quality.too_few[:20])
        parts.append(f"<p>Too few samples for their labels to be judged: {_text(small)}.</p>")
    parts += [f"<p>{_text(note)}</p>" for note in quality.notes]
    return "".join(parts)


def _pilot(found: Inspection) -> str:
    pilot = found.pilot
    if pilot is None:
        return ""
    metrics = shown_metrics(pilot)
    rows = contestant_rows(pilot, found.recommendation)
    lines: list[list[Any]] = []
    for i, row in enumerate(rows):
        if not i or row.family != rows[i - 1].family:
            lines.append([row.family])
        name = f"{ADVISED} {row.trial.label}" if row.advised else row.trial.label
        name += f" ({row.note})" if row.note else ""
        said = [part for part in (row.word, row.better) if part]
        first, *rest = (cell(row, m) for m in metrics)
        lines.append([name, first, ", ".join(said), *rest])
    titles = [column(m) for m in metrics]
    head = ["Method", titles[0], "Against no remedy", *titles[1:]]
    about = [numbers(pilot), f"{LEGEND}.", small_tests(pilot), *pilot.notes]
    parts = [
        "<h2>The pilot in figures</h2>",
        "".join(f"<p>{_text(line)}</p>" for line in about if line),
        _table(head, lines, {1, *range(3, len(head))}),
        "<h2>Recall of each class</h2>" + _recalls(found, pilot) if rows else "",
    ]
    return "".join(parts)


def _recalls(found: Inspection, pilot: Pilot) -> str:
    """Of the contestants to look at first, with n and Wilson's interval."""
    head, rows = recall_rows(pilot, default_names(found), most=ROWS)
    return _table(head, [[name, *cells] for name, cells in rows], set(range(1, len(head))))


def _classes(found: Inspection) -> str:
    rows = class_rows(found)
    checks = list(found.quality.findings) if found.quality is not None else []
    head = ["Class", "Samples", "Share", "Group", *found.contents.labels.splits]
    head += [CHECKS[name].title for name in checks]
    lines = []
    for row in rows[:ROWS]:
        line: list[Any] = [
            row["name"], f"{row['count']:,}", HEAD_SHARE.show(row["share"]),
            row["group"], *(f"{n:,}" for n in row["split"].values()),
        ]  # fmt: skip
        line += [f"{row['quality'][name]:,}" for name in checks]
        lines.append(line)
    more = f"<p>{len(rows) - ROWS:,} smaller classes are not listed; the CSV has all.</p>"
    table = _table(head, lines, {1, 2, *range(4, len(head))})
    return f"<h2>All classes</h2>{table}{more if len(rows) > ROWS else ''}"
