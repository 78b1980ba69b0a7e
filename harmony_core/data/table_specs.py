"""A user's table as a declaration."""

from __future__ import annotations

from ..parameters import Parameter
from .holdout import HOLDOUT
from .spec import DatasetSpec

GUESS, NONE = -1, -2

TABLE = DatasetSpec(
    name="table",
    title="Your table",
    summary="A table with a label column, or arrays: columns become numbers, and a "
    "share of every class is held out for the test. `inspect` says how it is read.",
    kind="table",
    parameters=(
        Parameter(
            "source", "",
            "Path of a CSV, Parquet, Excel, JSON, ARFF, LibSVM or NPZ file, or the upload.",
        ),
        Parameter(
            "label_column", GUESS, "Position of the label column from 0; -1 to guess.", -1, 5_000
        ),
        Parameter(
            "split_column", GUESS,
            "Position of the column that says train or test; -1 to guess, -2 for none.", -2, 5_000,
        ),
        Parameter(
            "header", "auto", "Whether the first row names the columns.",
            choices=("auto", "yes", "no"),
        ),
        *HOLDOUT,
    ),
    factory="harmony_core.data.tables:load",
    default_model="mlp",
    classes=None,
    profiles=("as_is", "exponential", "step", "pareto"),
    lesson="Your own tail: which classes does a plain network give up on?",
)  # fmt: skip
