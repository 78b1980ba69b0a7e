"""The results of the shipped studies in the README and on their page, between two markers.

The page ``docs/results.md`` has every setting, the README one line for each comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import RunError
from ..files import write_atomically
from .comparison import BETTER, UNCLEAR, WORSE, Comparison
from .folder import STUDY_FILE
from .framing import framing
from .report import NOTHING, markdown_table, values_section
from .sentences import amount, bounds, sentences
from .shipped_studies import shipped_studies
from .statistics import Statistics
from .study_file import read_study
from .study_result import StudyResult, read_study_result, shipped_results

ROOT = Path(__file__).parents[2]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "results.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


NOT_HERE = ("ablation", "baselines", "factorial")
"""Studies of many methods, too wide for these tables: the page Evidence shows them."""
TITLES = [
    "Study",
    "Compared",
    "Settings × seeds",
    "Better / worse / unclear",
    "Mean, 95 % interval",
]


def results_markdown(results: Sequence[StudyResult]) -> str:
    """For each study its title, the command, a table, what may be said, and how it was made."""
    return "\n\n".join(_study(result) for result in results)


def summary_markdown(results: Sequence[StudyResult]) -> str:
    """One table of all studies: each method against the baseline, over all settings."""
    return markdown_table([TITLES, *(row for result in results for row in _rows(result))])


def with_results(text: str, results: str) -> str:
    """A document with the results between its markers; without markers raises `RunError`."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise RunError(
            f"Expected the document to have the lines {BEGIN} and {END}, but got none. Add them."
        )
    return f"{before}{BEGIN}\n\n{results}\n\n{END}{after}"


def results_shown() -> list[StudyResult]:
    """The results of the shipped studies that README and page show."""
    folders = shipped_results()
    return [read_study_result(folders[name]) for name in folders if name not in NOT_HERE]


DOCUMENTS: dict[Path, Callable[[Sequence[StudyResult]], str]] = {
    README: summary_markdown,
    PAGE: results_markdown,
}
"""Which form of the results each document has."""


def write_documents() -> None:
    """Write the results of the shipped studies into the README and their page."""
    results = results_shown()
    for path, form in DOCUMENTS.items():
        text = with_results(path.read_text("utf-8"), form(results))
        write_atomically(path, text.encode(), advice="Free some space, then try again.")


def _rows(result: StudyResult) -> list[list[str]]:
    statistics = result.statistics()
    return [_row(statistics, found) for found in statistics.pooled]


def _row(statistics: Statistics, pooled: Comparison) -> list[str]:
    verdicts = [found.verdict for found in statistics.of_method(pooled.method)]
    counts = " / ".join(str(verdicts.count(kind)) for kind in (BETTER, WORSE, UNCLEAR))
    mean, interval = NOTHING, NOTHING
    if pooled.seeds:
        mean = amount(pooled.gain.mean, pooled.figure, 2)
        interval = bounds(pooled.simultaneous, pooled.figure, 2)
    study = statistics.study
    size = f"{statistics.pooled_settings.get(pooled.method, 0)} × {pooled.seeds}"
    against = f"{pooled.method} − {study.baseline.lower()}"
    return [study.title, against, size, counts, f"{mean} ({interval})"]


def _study(result: StudyResult) -> str:
    statistics = result.statistics()
    table = values_section(statistics)
    parts = [f"## {result.study.title}"]
    if result.study.get:
        parts.append(result.study.get)
    parts += [
        f"```bash\n{_command(result)}\n```",
        f"**{table.title}.** {table.note}",
        markdown_table(table.rows),
        "\n".join(f"- {line}" for line in sentences(statistics)),
        " ".join(framing(result)),
    ]
    return "\n\n".join(parts)


def _command(result: StudyResult) -> str:
    """What trains the study again: by its name if it is the one that comes with Harmony."""
    shipped = shipped_studies().get(result.name)
    if shipped is not None and read_study(shipped) == result.study:
        file = result.name
    else:
        file = f"harmony_core/studies/results/{result.name}/{STUDY_FILE}"
    sources = " --sources FOLDER" if result.study.get else ""
    return f"python -m harmony_core study {file}{sources}"
