"""What a test compares: the classes of a file with their counts."""

from __future__ import annotations

from harmony_core.readers.contents import Contents


def trained(contents: Contents) -> dict[str, int]:
    """The classes to train on that have samples."""
    counts = contents.labels.train_counts.tolist()
    return {n: k for n, k in zip(contents.labels.names, counts, strict=True) if k}


def by_split(contents: Contents) -> dict[str, dict[str, int]]:
    """The classes of each split that have samples."""
    labels = contents.labels
    return {
        split: {n: k for n, k in zip(labels.names, row, strict=True) if k}
        for split, row in zip(labels.splits, labels.counts.tolist(), strict=True)
    }


def said(contents: Contents, words: str) -> bool:
    """Whether a note holds these words."""
    return any(words in note for note in contents.notes)
