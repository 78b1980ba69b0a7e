"""The annotation files inside a folder or a checked ZIP."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..images.archives import ZipSource
from ..images.folders import FolderSource
from ..images.layout import Parts
from ..messages import quoted

TEXT_BYTES = 4 * limits.MB
DOCUMENTS_BYTES = 4 * limits.GB
"""Of all annotation files together; they are read one by one."""
FILES = 300_000


class AnnotationFiles:
    """All files of a folder or ZIP by their paths: the ``images`` and the ``others``."""

    def __init__(self, path: Path) -> None:
        self._source = FolderSource(path, FILES) if path.is_dir() else ZipSource(path)
        self.images = sorted(self._source.files)
        self.others = sorted(self._source.others)
        self._read = 0

    def read(self, parts: Parts, most: int = TEXT_BYTES) -> bytes:
        """The content of a file; raises `DataError` if it is damaged or has more than ``most``."""
        try:
            content = self._source.read(parts, most)
        except OSError as error:
            raise DataError(
                f"Expected a readable file, but {quoted('/'.join(parts))} is damaged: "
                f"{quoted(str(error), 80)}. Export or pack it again."
            ) from error
        self._read += len(content)
        if len(content) > most or self._read > DOCUMENTS_BYTES:
            raise DataError(
                f"Expected annotation files of at most {most / limits.MB:,.0f} MB, but "
                f"{quoted('/'.join(parts))} is larger. Check that it holds annotations."
            )
        return content

    def close(self) -> None:
        """Close the ZIP."""
        self._source.close()

    def __enter__(self) -> AnnotationFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def split_lists(files: AnnotationFiles, lists: Iterable[Parts]) -> dict[str, str]:
    """The split of files by their names without endings, from lists such as ``train.txt``.

    A list ``trainval.txt`` stands for training where there is no ``train.txt``.
    """
    by_name = {parts[-1].lower(): parts for parts in lists}
    whole = {"train": ("train.txt",), "validation": ("val.txt", "valid.txt"), "test": ("test.txt",)}
    if "train.txt" not in by_name:
        whole["train"] = ("trainval.txt",)
    found: dict[str, str] = {}
    for split, names in whole.items():
        for name in names:
            if name in by_name:
                text = files.read(by_name[name], 64 * limits.MB).decode("utf-8", "replace")
                for line in text.splitlines():
                    if line.strip():
                        found.setdefault(stem_of(line.split()[0].replace("\\", "/")), split)
    return found


def stem_of(name: str, *, folder: bool = False) -> str:
    """A file's name without its ending, and without its folder unless that is asked for.

    >>> stem_of("labels/a.txt"), stem_of("labels/a.txt", folder=True)
    ('a', 'labels/a')
    """
    before, slash, last = name.rpartition("/")
    stem = last.rpartition(".")[0] or last
    return f"{before}{slash}{stem}" if folder else stem
