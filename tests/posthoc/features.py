"""Features of a small long-tailed problem, and a layer trained on them by ordinary means."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from harmony_core.posthoc.head import Head, Trained

COUNTS = (400, 60, 12)
CENTRES = np.array([[0.0, 1.0, 0.2, 0.1], [1.0, 0.0, 0.3, 0.1], [1.2, 1.3, 0.1, 0.4]])


def draw(counts: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping clouds (n, 4) and their labels."""
    rng = np.random.default_rng(seed)
    targets = np.repeat(np.arange(len(counts)), counts)
    return CENTRES[targets] + 0.5 * rng.normal(size=(len(targets), 4)), targets


def trained(counts: tuple[int, ...] = COUNTS, dtype: torch.dtype = torch.float64) -> Trained:
    """The layer is a logistic regression of all samples, each counted alike."""
    features, targets = draw(counts, 0)
    model = LogisticRegression(C=10.0, max_iter=500).fit(features, targets)
    return Trained(
        Head(torch.tensor(model.coef_, dtype=dtype), torch.tensor(model.intercept_, dtype=dtype)),
        torch.tensor(features, dtype=dtype),
        torch.tensor(targets),
    )


def balanced_recall(head: Head) -> float:
    """Mean recall on fresh samples, 500 a class."""
    features, targets = draw((500, 500, 500), 1)
    predicted = head.logits(torch.tensor(features, dtype=head.weight.dtype)).argmax(1).numpy()
    return float(np.mean([(predicted[targets == c] == c).mean() for c in range(3)]))


def balanced_loss(head: Head, source: Trained) -> float:
    """Cross-entropy of the training samples, averaged over each class, then over classes."""
    logits = head.logits(source.features).numpy()
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    targets = source.targets.numpy()
    return float(np.mean([-log_p[targets == c, c].mean() for c in range(len(source.counts))]))
