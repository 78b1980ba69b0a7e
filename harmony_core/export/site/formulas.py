"""LaTeX as MathML, which a browser sets without a script, with gaps for the numbers of a run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ...errors import ConfigError
from ...lessons.course.expression import SLOT, tree

FIRST = 90_071_000
"""Stands for the first gap while LaTeX is converted; no formula has such numbers of its own."""
GAP = re.compile(r"<mn>(90071\d{3})</mn>")
LOOKS = (
    ('<mstyle mathcolor="gray">', '<mstyle class="off">'),  # a class: the colour follows the theme
    (' mathvariant="bold-italic"', ' class="on"'),  # which browsers no longer know
    ("<mi>log</mi>", '<mi>log</mi><mspace width="0.167em"/>'),
)
"""What is written otherwise for a browser."""
ARGUMENTS = {
    "mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip


def with_gaps(latex: str, slots: list[list[object]]) -> str:
    """MathML of a lesson's LaTeX; each gap has ``data-slot``, its place in ``slots``.

    What belongs into the gaps, ``[tree, decimals]``, is appended to ``slots``.
    """
    begun = len(slots)

    def gap(match: re.Match[str]) -> str:
        slots.append([tree(match[1]), int(match[2] or 1)])
        return f"{{{FIRST + len(slots) - 1 - begun}}}"

    made = mathml(SLOT.sub(gap, latex))
    made, gaps = GAP.subn(
        lambda match: f'<mn data-slot="{int(match[1]) - FIRST + begun}"></mn>', made
    )
    if gaps != len(slots) - begun:
        raise ConfigError(
            f"Expected the numbers of `{latex}` to stand alone in their formula, but they do not. "
            "Put spaces around them."
        )
    return made


def mathml(latex: str) -> str:
    """The MathML of a formula on a line of its own; what cannot be read raises `ConfigError`."""
    from latex2mathml import converter, exceptions

    unreadable: tuple[type[Exception], ...] = (
        *(one for one in vars(exceptions).values() if isinstance(one, type)),
        *(ElementTree.ParseError, ValueError, IndexError, KeyError),
    )
    try:
        made = str(converter.convert(latex, display="block"))
        _check(ElementTree.fromstring(made))
    except unreadable as error:
        raise ConfigError(
            f"Expected LaTeX that can be set as MathML, but got `{latex[:80]}`. Simplify it."
        ) from error
    for written, wanted in LOOKS:
        made = made.replace(written, wanted)
    return made


def _check(element: ElementTree.Element) -> None:
    """Refuse what the converter lets pass: unknown commands, and arguments that are missing."""
    for part in element.iter():
        wanted = ARGUMENTS.get(part.tag.rpartition("}")[2], len(part))
        if len(part) != wanted or "\\" in (part.text or ""):
            raise ValueError(part.text)
