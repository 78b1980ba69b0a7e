"""Whose a class is: a visitor opens a few, finds them again without a link, and ends them.

Whoever has the key of a class leads it, on any device; these functions give the key to its owner.
"""

from __future__ import annotations

from ..errors import ConfigError
from ..lessons.classroom.classes import Classroom, OpenClass
from ..quotas import quotas
from .owners import Visitor


def open_class(classroom: Classroom, visitor: Visitor) -> tuple[str, str]:
    """As `Classroom.open`, for a visitor, who may have a few open on a shared server."""
    if visitor.shared and not visitor.admin:
        return classroom.open(visitor.id, quotas().open_classes)
    return classroom.open(visitor.id)


def own_classes(classroom: Classroom, visitor: Visitor) -> list[OpenClass]:
    """The open classes of a visitor of a shared server; in solo mode nobody is told from others."""
    if not visitor.shared:
        return []
    return [one for one in classroom.opened() if one.owner == visitor.id]


def class_key(classroom: Classroom, code: str, visitor: Visitor) -> str:
    """The key of a class, for its owner alone."""
    if all(one.code != code for one in own_classes(classroom, visitor)):
        raise ConfigError(
            f"Expected an open class of yours, but {code} is not one. "
            "Open its link with the key, or open a new class."
        )
    return classroom.key(code)


def end_class(classroom: Classroom, code: str, visitor: Visitor) -> None:
    """End a class as its owner or the administrator."""
    if visitor.admin and classroom.is_open(code):
        classroom.end(code, classroom.key(code))
    else:
        classroom.end(code, class_key(classroom, code, visitor))
