"""The 2-D scenarios as declarations: their texts, and the controls they share."""

from __future__ import annotations

from ..parameters import Parameter
from .spec import DatasetSpec


def _plane(
    name: str,
    title: str,
    summary: str,
    lesson: str,
    classes: tuple[int, int, int],
    *extra: Parameter,
) -> DatasetSpec:
    """A 2-D scenario; ``classes`` is (default, low, high)."""
    default, low, high = classes
    return DatasetSpec(
        name=name,
        title=title,
        summary=summary,
        kind="points",
        parameters=(
            Parameter("classes", default, "Number of classes.", low, high),
            Parameter(
                "spread",
                1.0,
                "Width of the clouds as a multiple of the usual one; wider clouds overlap more.",
                0.25,
                2.0,
            ),
            *extra,
            Parameter("n_max", 600, "Training samples of the largest class.", 20, 20_000, log=True),
            Parameter("test_per_class", 250, "Test samples of every class.", 20, 5_000, log=True),
        ),
        factory="harmony_core.data.synthetic:load",
        default_model="mlp",
        classes=None,
        profiles=("exponential", "step", "pareto"),
        lesson=lesson,
    )


PLANES = (
    _plane(
        "hard_head",
        "Hard head",
        "A frequent class in the middle, with a small part of it at the edge of the rarest class.",
        "Frequent does not mean easy: the hard part of the head and the tail compete for the same "
        "corner, and counting classes alone cannot tell them apart.",
        (5, 3, 9),
    ),
    _plane(
        "clouds",
        "Clouds",
        "Gaussian clouds on a circle, each overlapping its neighbours.",
        "Cross-entropy is not wrong, it answers another question: it shifts every boundary into "
        "the rarer class, and correcting that shift is nearly all there is to gain.",
        (5, 2, 12),
    ),
    _plane(
        "moons",
        "Moons",
        "Interleaved crescents in a row.",
        "A curved boundary moves into the rare class just as a straight one does: the counts push "
        "it, not the shape.",
        (3, 2, 6),
    ),
    _plane(
        "spirals",
        "Spirals",
        "Arms that wind around each other, with room between them.",
        "No two classes overlap and the tail is still lost: with few samples the shape has to be "
        "guessed, and pushing on hard samples too early costs more than it gains.",
        (3, 2, 5),
    ),
    _plane(
        "rings",
        "Rings",
        "Concentric rings; the rarest class is the bull's eye.",
        "The rarest class is swallowed from all sides at once, though it is nowhere near the head.",
        (4, 2, 7),
    ),
    _plane(
        "checkerboard",
        "Checkers",
        "A board of soft-edged squares, the classes in turn.",
        "High plain accuracy and useless: with a board of two classes, cross-entropy may paint "
        "every square in the colour of the head.",
        (3, 2, 4),
    ),
    _plane(
        "noisy_tail",
        "Noisy tail",
        "Well separated clouds, but part of what is labelled as tail is really another class.",
        "A hard sample may be a wrong label: what weighs hard samples up tends to learn the noise.",
        (4, 2, 9),
        Parameter(
            "tail_noise",
            0.3,
            "Share of the training samples of the rarer half of the classes that are really "
            "another class.",
            0.0,
            0.6,
        ),
    ),
    _plane(
        "rare_clusters",
        "Rare clusters",
        "Every class has four separate clusters, two of them with few samples.",
        "Difficulty that can be learned: inside each class some samples are hard only because they "
        "are seldom seen, and weighing them up pays.",
        (4, 2, 6),
    ),
    _plane(
        "uneven_clusters",
        "Uneven clusters",
        "Every class has three overlapping clusters of uneven size and width.",
        "Difficulty that cannot be learned: where clusters overlap, hard samples stay hard, and "
        "weighing them up only moves the boundary off its best place.",
        (4, 2, 6),
    ),
)
