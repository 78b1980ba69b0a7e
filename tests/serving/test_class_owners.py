"""Two visitors and their classes: how many each opens, who finds a class again and who ends it."""

from __future__ import annotations

import pytest

from harmony_core.errors import ConfigError
from harmony_core.lessons.classroom.classes import Classroom
from harmony_core.serving.class_owners import class_key, end_class, open_class, own_classes
from harmony_core.serving.owners import SOLO_VISITOR, Visitor, visitor_of

ANNA, BEN = (Visitor(visitor_of(token), shared=True) for token in ("anna", "ben"))
ADMIN = Visitor(visitor_of("admin"), shared=True, admin=True)
SOLO = Visitor(SOLO_VISITOR, shared=False)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Classroom:
    monkeypatch.setenv("HARMONY_OPEN_CLASSES", "2")
    return Classroom()


def test_one_visitor_leaves_room_for_others(room: Classroom) -> None:
    codes = [open_class(room, ANNA)[0] for _ in range(2)]
    with pytest.raises(ConfigError, match="at most 2 of your classes to be open"):
        open_class(room, ANNA)
    open_class(room, BEN)
    end_class(room, codes[0], ANNA)
    open_class(room, ANNA)
    for visitor in (ADMIN, SOLO):
        for _ in range(3):
            open_class(room, visitor)


def test_an_owner_finds_a_class_without_its_link(room: Classroom) -> None:
    code, key = open_class(room, ANNA)
    assert [one.code for one in own_classes(room, ANNA)] == [code]
    assert class_key(room, code, ANNA) == key
    assert own_classes(room, BEN) == []
    for visitor in (BEN, ADMIN, SOLO):
        with pytest.raises(ConfigError, match="an open class of yours"):
            class_key(room, code, visitor)


def test_in_solo_mode_students_do_not_find_the_key(room: Classroom) -> None:
    code, _ = open_class(room, SOLO)
    assert own_classes(room, SOLO) == []
    with pytest.raises(ConfigError, match="an open class of yours"):
        class_key(room, code, SOLO)


def test_the_owner_the_administrator_and_the_key_end_a_class(room: Classroom) -> None:
    code, key = open_class(room, ANNA)
    with pytest.raises(ConfigError, match="an open class of yours"):
        end_class(room, code, BEN)
    room.end(code, key)  # whoever has the key
    for visitor in (ANNA, ADMIN):
        code, _ = open_class(room, ANNA)
        end_class(room, code, visitor)
        assert not room.is_open(code)
    with pytest.raises(ConfigError, match="an open class of yours"):
        end_class(room, code, ADMIN)
