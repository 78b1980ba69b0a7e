"""The strength τ of a margin by class size, which several losses have."""

from __future__ import annotations

from ...parameters import Parameter

TAU = Parameter(
    "tau", 1.0, "How far the boundary moves toward the head; 1 is the balanced Bayes rule.",
    low=0.0, high=3.0,
)  # fmt: skip
