"""What visitors may have the server hold in memory, over the uploads of open pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .served import ask, serving, visit

MB = 2**20


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving(
        tmp_path_factory.mktemp("server"), HARMONY_HELD_VISITOR_MB="2", HARMONY_HELD_MB="3"
    ) as server:
        yield server.port


def test_uploads_are_capped_for_a_visitor_and_for_all(port: int) -> None:
    with visit(port) as one, visit(port) as two:
        assert one.put("a", MB) == 204
        assert one.put("b", MB) == 413  # with what is around it, more than 2 MB for one visitor
        assert one.put("b", MB - 2000) == 204
        assert two.put("a", MB + 2000) == 413  # more than 3 MB for all
        assert two.put("a", MB - 2000) == 204
        assert one.remove("a") == 204
        assert one.put("c", MB - 2000) == 204


def test_an_upload_says_its_size(port: int) -> None:
    path = "/_stcore/upload_file/session/file"
    assert ask(port, "PUT", path, iter([b"x"]), Transfer_Encoding="chunked")[0] == 411


def test_the_operator_sees_how_much_is_held(port: int) -> None:
    with visit(port) as one:
        assert one.put("a", 5000) == 204
        assert "harmony_upload_bytes 5000.0" in ask(port, "GET", "/metrics")[2]
        assert "harmony_open_pages 1.0" in ask(port, "GET", "/metrics")[2]
