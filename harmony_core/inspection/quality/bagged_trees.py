"""Predictions for samples by trees that never saw them, nor a copy of them.

Each tree is grown on groups of copies drawn with replacement, and predicts the groups that were not
drawn: a random forest out of bag (Breiman 2001, *Random Forests*), by groups. A tree is dropped
once it has predicted, so memory does not grow with their number.

Axes: n samples, d features, c classes, g groups of copies.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ...arrays import Array
from ...readers.messages import Progress, silent
from ...readers.threads import cores

VOTES = 60
"""Trees that judge a sample, on average."""
DRAWN = 8_000
"""Groups a tree is grown on, at most; all trees together see all groups. 20,000 take three times as
long and find as much."""
THREADS = 4


def out_of_bag(
    features: Array,
    codes: Array,
    groups: Array,
    weights: Array | None = None,
    progress: Progress = silent,
) -> Array:
    """(n, c) float32 probabilities of each sample; its own label and its copies' play no part.

    p_i = mean over the trees t without the group of i of p_t(x_i); a sample that every tree saw
    gets the shares of the classes. ``features`` (n, d), ``codes`` (n,) from 0 to c − 1 with every
    class present, ``groups`` (n,) any integers, equal for copies, ``weights`` (n,) of the samples,
    by default 1.
    """
    n, classes = len(codes), int(codes.max()) + 1
    _, group = np.unique(groups, return_inverse=True)
    g = int(group.max()) + 1
    drawn = min(g, DRAWN)
    unseen = float((1 - 1 / g) ** drawn) if g > 1 else 1.0
    trees = round(VOTES / unseen)
    weights = np.ones(n) if weights is None else weights
    prior = np.bincount(codes, weights, classes)
    total = np.zeros((n, classes), dtype=np.float32)
    votes = np.zeros(n, dtype=np.int32)

    def grow(seed: int) -> tuple[Array, Array]:
        """Samples the tree did not see, and what it says of them."""
        from sklearn.tree import DecisionTreeClassifier

        rng = np.random.default_rng((0, seed))
        times = np.bincount(rng.integers(0, g, drawn), minlength=g)[group]
        seen, out = np.flatnonzero(times), np.flatnonzero(times == 0)
        tree = DecisionTreeClassifier(max_features="sqrt", random_state=seed)
        tree.fit(features[seen], codes[seen], sample_weight=weights[seen] * times[seen])
        said = np.zeros((len(out), classes), dtype=np.float32)
        if len(out):
            said[:, tree.classes_] = tree.predict_proba(features[out])
        return out, said

    features = np.ascontiguousarray(features, dtype=np.float32)
    threads = min(cores(), THREADS)
    with ThreadPoolExecutor(threads) as pool:
        try:
            for start in range(0, trees, threads):
                for out, said in pool.map(grow, range(start, min(start + threads, trees))):
                    total[out] += said
                    votes[out] += 1
                progress("Judging labels", min((start + threads) / trees, 1.0))
        finally:
            pool.shutdown(cancel_futures=True)
    total += (1e-6 * prior / prior.sum()).astype(np.float32)  # seen by every tree: no idea
    return np.asarray(total / total.sum(axis=1, keepdims=True))
