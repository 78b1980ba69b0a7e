"""The whole site: pages, scripts, recorded runs and pictures, at most `MAX_BYTES` of them.

write_site(Path("course-site"))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import ConfigError
from ...experiments.presets import PRESETS
from ...lessons.course.facts import facts
from ...lessons.course.lesson import lessons
from ...lessons.course.prepare import prepared
from ...plots.style import CLASS_COLORS, METHOD_COLORS
from ...runs.record import ExperimentRecord
from ...runs.store import RunStore
from ...viewer.bundle import bundle, stylesheet
from .course_pages import file_of as step_file
from .course_pages import index_page, step_page, tried
from .exhibit import OWN, RECORDINGS, Exhibit, of_experiment, of_preset, of_step
from .folder import check_folder, write_folder
from .gallery_pages import file_of as run_file
from .gallery_pages import gallery_page, run_page
from .glossary_page import glossary_page
from .pictures import SHADES
from .shell import own_file
from .steps import given, step_data

MAX_BYTES = 15_000_000
FOR_OWN = 8_000_000
"""Bytes for one's own experiments together."""
MOST_EACH = 2_000_000


@dataclass(frozen=True)
class Site:
    """What was written."""

    folder: Path
    files: int
    size: int
    """In bytes"""
    steps: int
    runs: int
    pictured: tuple[str, ...] = ()
    """Titles of one's own experiments whose pages show images of their data"""

    @property
    def sentence(self) -> str:
        """What there is now, and how to see it."""
        return (
            f"{self.steps} steps and {self.runs} runs in {self.files} files, "
            f"{self.size / 1e6:.1f} MB. Open {self.folder / 'index.html'} in a browser, or put the "
            "folder on any web host."
            + "".join(f" The page of {title} shows images of its data." for title in self.pictured)
        )


def write_site(
    folder: Path, store: RunStore | None = None, own: Sequence[ExperimentRecord] = ()
) -> Site:
    """Write the course, the glossary and the gallery into ``folder``, replacing an earlier site.

    The gallery also has the experiments ``own`` of ``store``, each with as many epochs as there is
    room for. A folder with anything else in it raises `RunError`.
    """
    folder = Path(folder)
    check_folder(folder)  # before the work
    contents, exhibits = _course()
    exhibits += [of_preset(RECORDINGS / f"{name}.bin") for name in PRESETS]
    if own and store is not None:
        room = min(MOST_EACH, FOR_OWN // len(own))
        exhibits += [of_experiment(store, record, room) for record in own]
    contents["gallery.html"] = gallery_page(exhibits)
    for exhibit in exhibits:
        contents[run_file(exhibit)] = run_page(exhibit)
        contents[f"configs/{exhibit.name}.json"] = exhibit.config.to_json()
        contents[f"runs/{exhibit.name}.js"] = given("run", exhibit.name, exhibit.packed)
        for shade in SHADES:
            contents[f"pictures/{exhibit.name}-{shade}.svg"] = exhibit.picture.svgs[shade]
    contents["glossary.html"] = glossary_page()
    contents["assets/site.js"] = own_file("built", "site.js")
    contents["assets/site.css"] = own_file("built", "site.css") + palettes()
    contents["assets/view.js"] = bundle(adapter=False)
    contents["assets/view.css"] = stylesheet()
    encoded = {name: text.encode() for name, text in contents.items()}
    size = sum(map(len, encoded.values()))
    if size > MAX_BYTES:
        raise ConfigError(
            f"Expected the site to have at most {MAX_BYTES / 1e6:.0f} MB, but got "
            f"{size / 1e6:.1f} MB. Name fewer experiments."
        )
    write_folder(folder, encoded)
    pictured = tuple(e.title for e in exhibits if e.group == OWN and e.shows_images)
    return Site(folder, len(encoded), size, len(lessons()), len(exhibits), pictured)


def palettes() -> str:
    """The colours of classes and methods as variables, for light and dark."""
    made = []
    for shade, place in zip(SHADES, (":root", ":root[data-theme=dark]"), strict=True):
        colors = {"c": CLASS_COLORS[shade], "m": METHOD_COLORS[shade]}
        variables = "".join(
            f"--{letter}{i}:{color};"
            for letter, palette in colors.items()
            for i, color in enumerate(palette)
        )
        made.append(f"{place}{{{variables}}}\n")
    return "".join(made)


def _course() -> tuple[dict[str, str], list[Exhibit]]:
    """The pages of the course with their data, and the runs of its steps."""
    course = lessons()
    contents: dict[str, str] = {}
    exhibits = []
    for lesson in course:
        outcome = prepared(lesson)
        numbers = facts(outcome)
        exhibit = of_step(lesson, outcome, numbers)
        slots: list[list[object]] = []
        contents[step_file(lesson)] = step_page(course, lesson, outcome, numbers, exhibit, slots)
        data = step_data(lesson, outcome, numbers, slots)
        contents[f"configs/try-{lesson.name}.json"] = tried(lesson).to_json()
        contents[f"steps/{lesson.name}.js"] = given("step", lesson.name, data)
        exhibits.append(exhibit)
    contents["index.html"] = index_page(course, exhibits[0].picture.words)
    return contents, exhibits
