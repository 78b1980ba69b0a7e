"""Annotated images, made on the spot."""

from tests.readers.conftest import pack, picture, tree, write

__all__ = ["pack", "picture", "tree", "write"]
