"""The results of the shipped studies as a part of the README, between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import RunError
from ..files import write_atomically
from .folder import STUDY_FILE
from .framing import framing
from .report import markdown_table, values_section
from .sentences import sentences
from .shipped_studies import shipped_studies
from .study_file import read_study
from .study_result import StudyResult, read_study_result, shipped_results

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


NOT_HERE = ("ablation", "baselines", "factorial")
"""Studies of many methods, too wide for a README: the page Evidence shows them."""


def results_markdown(results: Sequence[StudyResult]) -> str:
    """For each study its title, the command, a table, what may be said, and how it was made."""
    return "\n\n".join(_study(result) for result in results)


def with_results(text: str, results: Sequence[StudyResult]) -> str:
    """A README with the results between its markers; without markers raises `RunError`."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise RunError(
            f"Expected the README to have the lines {BEGIN} and {END}, but got none. Add them."
        )
    return f"{before}{BEGIN}\n\n{results_markdown(results)}\n\n{END}{after}"


def results_shown() -> list[StudyResult]:
    """The results of the shipped studies that the README shows."""
    folders = shipped_results()
    return [read_study_result(folders[name]) for name in folders if name not in NOT_HERE]


def write_readme(path: Path) -> None:
    """Write the results of the shipped studies into the README."""
    text = with_results(path.read_text("utf-8"), results_shown())
    write_atomically(path, text.encode(), advice="Free some space, then try again.")


def _study(result: StudyResult) -> str:
    statistics = result.statistics()
    table = values_section(statistics)
    parts = [f"### {result.study.title}"]
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
