"""MNIST's IDX files: images and labels in files of their own, in a folder or a ZIP.

A file begins with two zero bytes, the type, the number of axes and their lengths (big-endian).
"""

from __future__ import annotations

import gzip
import math
import re
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..annotations.inner import AnnotationFiles
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.layout import Parts
from ..labels import split_of
from ..messages import listed, quoted
from .array_file import array_contents, assemble

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_NAME = re.compile(r"(.*?)[-_]?(images|labels)[-_.]idx\d[-_]ubyte(\.gz)?")


def _matches(start: FileStart) -> bool:
    """Whether files inside are called like MNIST's; one alone is of no use."""
    if not start.folder and start.entries is None:
        if _is_idx(start):
            raise DataError(
                "Expected images with their labels, but got one of them alone (MNIST's IDX "
                "format). Choose the folder that holds both, or pack it as a ZIP."
            )
        return False
    return any(_NAME.fullmatch(name.rsplit("/", 1)[-1].lower()) for name in start.others)


def _is_idx(start: FileStart) -> bool:
    head = start.head
    if len(head) < 8 or head[:2] != b"\0\0" or head[2] not in TYPES or not 1 <= head[3] <= 4:
        return False
    shape = np.frombuffer(head[4 : 4 + 4 * head[3]], ">u4").tolist()
    size = 4 + 4 * head[3] + math.prod(shape) * np.dtype(TYPES[head[2]]).itemsize
    return bool(size == start.path.stat().st_size)


def _read(path: Path, options: ReadOptions) -> Contents:
    label = options.label if isinstance(options.label, str) else None
    with AnnotationFiles(path) as files:
        found: dict[str, Array] = {}
        for parts in files.others:
            named = _NAME.fullmatch(parts[-1].lower())
            if not named:
                continue
            words = re.findall(r"[a-z]+", named[1].replace("t10k", "test"))
            split = next((s for word in words if (s := split_of(word))), "")
            name = f"{split}_{named[2]}".strip("_")
            if name in found:
                raise DataError(
                    f"Expected one data set, but got {quoted(name)} twice, such as "
                    f"{quoted('/'.join(parts))}. Keep the files of one data set in the folder."
                )
            found[name] = _array(files, parts)
    if not any("labels" in name for name in found):
        raise DataError(
            f"Expected MNIST images with their labels, but got {listed(list(found))} alone. "
            "Add the file of labels, such as train-labels-idx1-ubyte."
        )
    shapes = {name: array.shape for name, array in found.items()}
    return array_contents(assemble(shapes, (), found.__getitem__, label), path, IDX.title, options)


def _array(files: AnnotationFiles, parts: Parts) -> Array:
    """The array of a file; `DataError` if it is damaged or larger than it claims."""
    name = quoted("/".join(parts))
    content = files.read(parts, limits.JSON_BYTES)
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(BytesIO(content)) as file:
                content = file.read(limits.JSON_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"Expected a readable gzip file, but {name} is damaged. Copy it again."
            ) from error
    kind = TYPES.get(content[2]) if len(content) >= 8 and content[:2] == b"\0\0" else None
    if kind is None or not 1 <= content[3] <= 4 or len(content) > limits.JSON_BYTES:
        raise DataError(
            f"Expected an IDX file of at most {limits.JSON_BYTES // limits.MB} MB, but {name} is "
            "none. Copy it again."
        )
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], ">u4").tolist()
    size = start + math.prod(shape) * np.dtype(kind).itemsize
    if len(shape) != content[3] or size != len(content):
        raise DataError(
            f"Expected {name} to hold shape {tuple(shape)}, but it does not. Copy it again."
        )
    values = np.frombuffer(content, np.dtype(kind), offset=start)
    return values.astype(values.dtype.newbyteorder("="), copy=False).reshape(shape)


IDX: FileFormat = FileFormat(
    title="MNIST's IDX files",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
