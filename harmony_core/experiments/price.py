"""What an experiment will cost, from its config alone: time, disk and memory.

Nothing is drawn or read, so that pricing takes a millisecond whatever a link asks for. The time is
that of two CPU cores, right within a factor of about three; a GPU is faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..cells import DENSE_CLASSES
from ..config import ExperimentConfig, RecordConfig
from ..data import DATASETS
from ..data.image_choices import MOST_HELD
from ..data.long_tail import long_tail_counts
from ..data.painted import MOST_CLASSES
from ..errors import ConfigError
from ..quotas import MB, Quotas
from .complete import complete

STEP_SECONDS = 1e-4
"""A step of the optimiser for all methods, beside its arithmetic."""
METHOD_STEP_SECONDS = 1.4e-4
"""What each method adds to it: its loss, its weights, its record."""
RATES = {"points": 5e9, "table": 1e10, "images": 4e10}
"""Multiply-adds a second of two cores, by kind of data: small matrices are slow."""
CNN = 2.8e6
"""Multiply-adds of the small network for an image of 32 × 32 and 16 channels, forward."""
RESNETS = {"resnet18": 1.8e9, "resnet50": 4.1e9}
"""Of an image of 224 × 224."""
RESNET32 = 69e6
"""Of an image of 32 × 32."""
BACKWARD = 3.0
"""Forward and backward pass, in forward passes."""
BASE_MEMORY_MB = 400.0
UNKNOWN_SAMPLES = 50_000
"""Samples of data whose size is not known before they are read."""
CIFAR_LARGEST = {"cifar10-lt": 5_000, "cifar100-lt": 500}
"""Training images of a class of the whole sets."""
PIXELS = {"digits": 64, "cifar10-lt": 3_072, "cifar100-lt": 3_072}
LANDMARK_DIMENSIONS = 64
GALLERY = 400
"""Test images that are recorded one by one."""
TOP_LOGITS_BYTES = 52
"""Of a sample among many classes: the largest logits and their classes, its own, and the sum."""
CELL_BYTES = 11
"""Of a cell of the three histograms that is not empty."""
MANY_CLASSES_BYTES = 64
"""Of a class among many: norm of its row, sums, weights, and a density of about ten regions."""


@dataclass(frozen=True)
class Price:
    """What an experiment is expected to take."""

    seconds: float
    disk_mb: float
    memory_mb: float

    def fits(self, quotas: Quotas) -> bool:
        """Whether one visitor may have it."""
        return (
            self.seconds <= quotas.run_minutes * 60
            and self.disk_mb <= quotas.run_disk_mb
            and self.memory_mb <= quotas.run_memory_mb
        )

    def __str__(self) -> str:
        minutes = self.seconds / 60
        time = f"{self.seconds:.0f} s" if minutes < 2 else f"{minutes:,.0f} minutes"
        return (
            f"about {time}, {self.disk_mb:,.0f} MB on disk and {self.memory_mb:,.0f} MB of memory"
        )


def price(
    config: ExperimentConfig, samples: int | None = None, classes: int | None = None
) -> Price:
    """The price of a config; ``samples`` and ``classes`` of the training set, where known.

    Raises `ConfigError` for what `complete` refuses.
    """
    config = complete(config)
    spec = DATASETS[config.data.name]
    size, declared, test = _sizes(config, samples)
    classes = classes or declared
    methods, epochs = len(config.methods), config.epochs
    passes = sum(1 if method.sam == "none" else 2 for method in config.methods)
    one = _multiply_adds(config, classes)
    grid = config.record.grid**2 if spec.kind == "points" else 0
    frames = epochs // config.record.every + 1
    steps = epochs * max(1, size // config.optim.batch_size)
    work = epochs * size * passes * one * BACKWARD + frames * methods * (test + grid) * one
    seconds = steps * (STEP_SECONDS + passes * METHOD_STEP_SECONDS) + work / RATES[spec.kind]
    frame = methods * _frame_bytes(config.record, classes, size, test, points=bool(grid))
    held: float = min(size * _values(config, spec.kind), MOST_HELD)
    held += 4 * frame + methods * grid * classes * 8
    repeats = config.seeds.repeats
    return Price(seconds * repeats, frame * frames * repeats / MB, BASE_MEMORY_MB + held / MB)


def check_price(
    config: ExperimentConfig,
    quotas: Quotas,
    samples: int | None = None,
    classes: int | None = None,
) -> None:
    """Raise `ConfigError` with the price, and what would fit, unless ``quotas`` allow a config."""
    wanted = price(config, samples, classes)
    if wanted.fits(quotas):
        return
    advice = next(
        (f"Choose {words}." for words, smaller in _smaller(config)
         if price(smaller, samples, classes).fits(quotas)),
        "Choose fewer methods, samples or classes.",
    )  # fmt: skip
    raise ConfigError(
        f"Expected an experiment of at most {quotas.run_minutes:g} minutes, "
        f"{quotas.run_disk_mb:,.0f} MB on disk and {quotas.run_memory_mb:,.0f} MB of memory, as "
        f"others use this server too, but got {wanted}. {advice}"
    )


def _smaller(config: ExperimentConfig) -> Iterator[tuple[str, ExperimentConfig]]:
    """Smaller configs with what differs in words, those that change least first."""
    usual = RecordConfig()
    record = replace(
        config.record,
        every=max(config.record.every, -(-config.epochs // 100)),
        grid=min(config.record.grid, usual.grid),
        tracked=min(config.record.tracked, usual.tracked),
    )
    for words, base in (
        ("", config),
        ("one seed", replace(config, seeds=replace(config.seeds, repeats=1))),
        (
            "one seed, the usual pictures, recorded less often",
            replace(config, record=record, seeds=replace(config.seeds, repeats=1)),
        ),
    ):
        if words:
            yield words, base
        for share in (0.5, 0.2, 0.1, 0.05, 0.01):
            epochs = int(config.epochs * share)
            if epochs >= 5:
                fewer = f"{epochs:,} epochs in place of {config.epochs:,}"
                yield ", ".join(filter(None, (words, fewer))), replace(base, epochs=epochs)


def _sizes(config: ExperimentConfig, samples: int | None) -> tuple[int, int, int]:
    """Training samples, classes and test samples, or the most they can be."""
    data, spec = config.data, DATASETS[config.data.name]
    values = data.params
    classes = int(values.get("classes", spec.classes or 10) or 10)
    if data.name in CIFAR_LARGEST and spec.classes:
        largest = CIFAR_LARGEST[data.name]
        counts = [largest] * spec.classes
        if data.profile != "as_is":
            factor = data.imbalance_factor
            counts = [int(n) for n in long_tail_counts(largest, spec.classes, factor, data.profile)]
        return samples or sum(counts), spec.classes, 10_000
    if "points" in values:
        text = str(values["points"])
        painted = max(len(text) // 3, int(values.get("n_max", 0)) * MOST_CLASSES)
        return samples or painted, MOST_CLASSES, int(values.get("test_per_class", 250)) * 10
    if "n_max" in values:
        test = int(values.get("test_per_class", 200)) * classes
        return samples or int(values["n_max"]) * classes, classes, test
    size = samples or (1_797 if data.name == "digits" else UNKNOWN_SAMPLES)
    return size, classes, max(size // 4, 1)


def _values(config: ExperimentConfig, kind: str) -> int:
    """Values of one input, a byte each for images."""
    if config.data.name in PIXELS or kind != "images":
        return PIXELS.get(config.data.name, 64)
    return 3 * int(config.data.params.get("size", 32)) ** 2


def _multiply_adds(config: ExperimentConfig, classes: int) -> float:
    """Of one forward pass of one sample."""
    model = config.model
    pixels = _values(config, "images")
    if model.name in RESNETS:
        work = RESNETS[model.name] * pixels / (3 * 224**2)
        return work / BACKWARD if model.params.get("trained") == "head" else work
    if model.name == "resnet32":
        return RESNET32 * max(pixels / 3_072, 1)
    if model.name == "mlp":
        hidden, depth = int(model.params["hidden"]), int(model.params["depth"])
        inputs = PIXELS.get(config.data.name, 16)
        return hidden * (inputs + hidden * (depth - 1) + classes)
    return CNN * pixels / 3_072 * (int(model.params.get("width", 16)) / 16) ** 2


def _frame_bytes(
    record: RecordConfig, classes: int, size: int, test: int, *, points: bool
) -> float:
    """Of one method after one epoch; arrays as `frames.Frame` declares them."""
    tracked = min(record.tracked, size)
    many = classes > DENSE_CLASSES
    logits = TOP_LOGITS_BYTES if many else 2 * classes
    total = tracked * (8 + logits) + 2_000
    total += 2 * record.grid**2 if points else min(GALLERY, test) * (8 + logits)
    if record.embedding:
        total += min(record.landmarks, size) * (2 * LANDMARK_DIMENSIONS + logits)
    if not many:
        return float(
            total + 8 * classes**2 + classes * (3 * 8 * record.bins + 24 + 12 * record.bins)
        )
    filled = record.bins * (1 - (1 - 1 / record.bins) ** (size / classes))
    total += classes * (MANY_CLASSES_BYTES + filled * CELL_BYTES) + 3 * min(test, classes**2)
    return float(total + 4 * tracked)
