"""Which share of the samples the head, the tail, and the largest or rarest classes hold."""

from __future__ import annotations

import numpy as np

from .figure import Figure

HEAD_SHARE = Figure(
    name="head_share",
    title="Head's share",
    definition="Share of the training samples that belongs to head classes.",
    meaning="Plain accuracy mostly measures these classes.",
    style="share",
    value=lambda c: c.groups.shares[0],
)

TAIL_SHARE = Figure(
    name="tail_share",
    title="Tail's share",
    definition="Share of the training samples that belongs to tail classes.",
    meaning="Errors here hardly move the training loss, so training hardly reacts to them.",
    style="share",
    card=True,
    value=lambda c: c.groups.shares[2],
)

TOP_1_SHARE = Figure(
    name="top_1_share",
    title="Largest class's share",
    definition="Share of the samples held by the most frequent class.",
    meaning="The accuracy of always answering that class.",
    style="share",
    value=lambda c: float(c.ranked[0] / c.total),
)

TOP_10_PERCENT_SHARE = Figure(
    name="top_10_percent_share",
    title="Share of the top 10 % of classes",
    definition="Share of the samples held by the most frequent tenth of the classes, at least one.",
    meaning="How far the training signal is concentrated on few classes.",
    style="share",
    value=lambda c: c.top_share(max(round(len(c.present) / 10), 1)),
)

RARE_HALF_SHARE = Figure(
    name="rare_half_share",
    title="Share of the rarer half",
    definition="Share of the samples held by the rarer half of the classes.",
    meaning="Half of the balanced accuracy depends on this share of the data.",
    style="share",
    card=True,
    value=lambda c: c.bottom_share(len(c.present) // 2),
)

CLASSES_FOR_HALF = Figure(
    name="classes_for_half",
    title="Classes for half of the samples",
    definition="Smallest number of classes that together hold half of the samples.",
    meaning="If it is small, a mini-batch is mostly these classes.",
    style="count",
    value=lambda c: float(np.searchsorted(np.cumsum(c.ranked), c.total / 2) + 1),
)
