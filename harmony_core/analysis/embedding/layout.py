"""Where the dots go: umap from given starting points, kept in place over epochs and methods.

First frame: the first method's PCA and 300 epochs of layout give the starting points of all.
Each frame then takes 5 rounds of 20 epochs, and after each round every point i is pulled

    toward its previous place by            0.5 · J(its neighbours now, its neighbours before),
    toward the reference method's by        0.4 · J(its neighbours here, its neighbours there),

J being the Jaccard overlap of neighbour sets. A point whose neighbours stay is held in place,
one whose neighbours change is free: movement shows changes of the network, not of the map.

A stronger pull, 0.8 · J², moves the dots that keep their neighbours by 0.7 % of the radius late in
training instead of 2.1 %, but the map then agrees less with the network (digits-LT, last epoch,
three seeds: 93.5 % against 94.2 %, in the tail 82.4 % against 84.7 %). All methods take their
rounds together, so two equal networks get exactly the same positions.

Axes: m methods, l landmarks, k neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from .features import TINY, radius_of
from .graph import Graph, fuzzy_graph
from .neighbours import Neighbours, nearest, overlap
from .umap_engine import improve

SIDE = 10.0
"""Length of the longer side of the starting positions."""
FIRST_EPOCHS = 300
ROUNDS, ROUND_EPOCHS = 5, 20
ALPHA = 0.5
TIME_PULL, METHOD_PULL = 0.5, 0.4
JITTER = 1e-3


@dataclass(frozen=True)
class Placed:
    """One method's layout with the neighbours it was computed from."""

    positions: Array
    """(l, 2) float32"""
    neighbours: Array
    """(l, k) int64, self first."""


@dataclass(frozen=True)
class Task:
    """The input of one method to a frame."""

    neighbours: Neighbours
    graph: Graph
    previous: Placed | None = None
    anchor: Placed | None = None
    """A finished layout to align to; None aligns to the frame's first method."""

    @property
    def index(self) -> Array:
        return self.neighbours.index


def task(
    rows: Array, n_neighbors: int, previous: Placed | None = None, anchor: Placed | None = None
) -> Task:
    """Neighbours and graph of the mixed vectors of one method."""
    found = nearest(rows, n_neighbors)
    return Task(found, fuzzy_graph(found), previous, anchor)


def pca(rows: Array) -> Array:
    """(n, 2): coordinates along the two widest directions; a fixed sign makes it repeatable."""
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    strongest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[strongest, range(axes.shape[1])] < 0, -1.0, 1.0)
    flat = centred @ axes
    if flat.shape[1] < 2:
        flat = np.concatenate([flat, np.zeros((len(flat), 1))], axis=1)
    return np.asarray(flat)


def start_positions(rows: Array, seed: int) -> Array:
    """A PCA start scaled uniformly to 0–10, with a little noise so that no two dots coincide."""
    flat = pca(rows)
    low, span = flat.min(axis=0), float(np.ptp(flat, axis=0).max(initial=0.0))
    flat = (flat - low) * (SIDE / span) if span > TINY else np.zeros_like(flat)
    noise = np.random.default_rng([seed, 11]).normal(scale=JITTER, size=flat.shape)
    return np.asarray(flat + noise, dtype=np.float32)


def lay_out(
    tasks: Sequence[Task], start: Array | None, seed: int, epoch: int, min_dist: float
) -> list[Array]:
    """Positions (l, 2) of each method at one epoch.

    ``start`` is for methods with neither a past nor an anchor; None if there are none.
    """

    def rounds(places: list[Array], index: int, epochs: int, alpha: float) -> list[Array]:
        random = np.random.default_rng([seed, epoch, index]).integers(-(2**31), 2**31, 3)
        return [
            improve(place, one.graph, epochs, alpha=alpha, min_dist=min_dist, random=random)
            for place, one in zip(places, tasks, strict=False)
        ]

    first = start
    if start is not None and all(one.previous is None for one in tasks):
        first = rounds([start], 0, FIRST_EPOCHS, 1.0)[0]
    places = [_begin(one, first) for one in tasks]
    pulls = [_time_pull(one) for one in tasks]
    ties = [_method_pull(tasks, i) for i in range(len(tasks))]
    for step in range(ROUNDS):
        places = rounds(places, step + 1, ROUND_EPOCHS, ALPHA * (1 - step / ROUNDS))
        for i, one in enumerate(tasks):
            if one.previous is not None:
                places[i] = places[i] + pulls[i] * (one.previous.positions - places[i])
        for i, one in enumerate(tasks):
            goal = places[0] if one.anchor is None else one.anchor.positions
            places[i] = places[i] + ties[i] * (goal - places[i])
    return [np.ascontiguousarray(place, dtype=np.float32) for place in places]


def _begin(one: Task, first: Array | None) -> Array:
    if one.previous is not None:
        return one.previous.positions
    if one.anchor is not None:
        return one.anchor.positions
    assert first is not None
    return first


def _time_pull(one: Task) -> Array:
    if one.previous is None:
        return np.zeros((len(one.index), 1), dtype=np.float32)
    shared = overlap(one.index, one.previous.neighbours)
    return np.asarray(np.float32(TIME_PULL) * shared[:, None])


def _method_pull(tasks: Sequence[Task], i: int) -> Array:
    anchor = tasks[i].anchor
    if anchor is None and i == 0:
        return np.zeros((len(tasks[0].index), 1), dtype=np.float32)
    other = tasks[0].index if anchor is None else anchor.neighbours
    return np.float32(METHOD_PULL) * overlap(tasks[i].index, other)[:, None]


def turned_onto(positions: Array, goal: Array) -> Array:
    """Positions rotated, mirrored and shifted (never scaled) to be closest to ``goal``."""
    centre, target = positions.mean(axis=0), goal.mean(axis=0)
    u, _, v = np.linalg.svd((positions - centre).T @ (goal - target))
    return np.asarray((positions - centre) @ (u @ v) + target, dtype=np.float32)


def flat_layouts(
    rows: Sequence[Array], previous: Sequence[Placed | None], anchors: Sequence[Placed | None]
) -> list[Array]:
    """PCA of each method, turned onto its anchor, its own past or the first method."""
    found: list[Array] = []
    for part, before, anchor in zip(rows, previous, anchors, strict=True):
        flat = pca(part)
        flat = flat * (SIDE / 4 / radius_of(flat))
        goal = anchor or before
        if goal is not None:
            flat = turned_onto(flat, goal.positions)
        elif found:
            flat = turned_onto(flat, found[0])
        found.append(np.asarray(flat, dtype=np.float32))
    return found
