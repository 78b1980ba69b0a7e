"""LaTeX as MathML, which a browser sets without a script, with gaps for the numbers of a run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ...errors import ConfigError
from ...lessons.course.expression import template

FIRST = 90_071_000
"""Plus its slot: the number of a gap while LaTeX is converted; formulas have no such numbers."""
GAP = re.compile(r"<mn>90071(\d{3})</mn>")
LOOKS = (
    ('<mstyle mathcolor="gray">', '<mstyle class="off">'),  # a class: the colour follows the theme
    (' mathvariant="bold-italic"', ' class="on"'),  # which browsers no longer know
    ("<mi>log</mi>", '<mi>log</mi><mspace width="0.167em"/>'),
)
"""What the converter writes, and what browsers need in its place."""
ARGUMENTS = {
    "mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip


def with_gaps(latex: str, slots: list[list[object]]) -> str:
    """MathML of a lesson's LaTeX; each gap has ``data-slot``, its place in ``slots``.

    What belongs into the gaps, ``[tree, decimals]``, is appended to ``slots``.
    """
    begun, text = len(slots), ""
    for part in template(latex):
        if isinstance(part, str):
            text += part
        else:
            text += f"{{{FIRST + len(slots)}}}"
            slots.append(part)
    made = mathml(text)
    made, gaps = GAP.subn(lambda match: f'<mn data-slot="{int(match[1])}"></mn>', made)
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
