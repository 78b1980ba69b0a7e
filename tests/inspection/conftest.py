"""The small files that the tests of the readers use."""

from tests.readers.conftest import pack, picture, write

__all__ = ["pack", "picture", "write"]
