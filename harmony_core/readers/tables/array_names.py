"""What an array of a file holds, by its name: labels or inputs, and of which split."""

from __future__ import annotations

import re

from ..labels import split_of

LABEL_NAMES = ("y", "labels", "label", "targets", "target", "class", "classes")
"""The likeliest first."""
_INPUTS = re.compile(r"(x|data|inputs?|features?|images?|imgs?)$")
_SPLIT = "train|training|test|testing|val|valid|validation|dev|tr|te"
_GLUED = re.compile(rf"(x|y)({_SPLIT})|({_SPLIT})(x|y|labels?|images?|data|targets?|features?)")


def role_of(name: str) -> tuple[str, str, int]:
    """``labels``, ``inputs`` or nothing; the split, empty for none; the rank of the name.

    >>> role_of("train_images"), role_of("y_tr"), role_of("latest_y")
    (('inputs', 'train', 0), ('labels', 'train', 0), ('', '', 0))
    """
    words: list[str] = []
    for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name.rsplit("/", 1)[-1]):
        glued = _GLUED.fullmatch(word.lower())
        words += [part for part in glued.groups() if part] if glued else [word.lower()]
    splits = {split for word in words if (split := split_of(word))}
    base = "".join(word for word in words if not split_of(word))
    if len(splits) > 1:
        return "", "", 0
    split = splits.pop() if splits else ""
    if base in LABEL_NAMES:
        return "labels", split, LABEL_NAMES.index(base)
    if _INPUTS.fullmatch(base):
        return "inputs", split, 0
    return "", "", 0
