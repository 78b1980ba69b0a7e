"""Every figure of the inspection: what it is, and what it means for training.

One declaration feeds the JSON, the report and the page. ``style`` says how a value is written:
``count``, ``share`` (in [0, 1], shown in percent), ``factor`` (shown as ×) or ``number``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A figure with its one-sentence definition and its meaning for training."""

    name: str
    title: str
    definition: str
    meaning: str
    style: str = "number"
    reference: str = ""

    def show(self, value: float | None) -> str:
        """A value as a person reads it."""
        if value is None or not math.isfinite(value):
            return "–"
        if self.style == "count":
            return f"{value:,.0f}"
        if self.style == "share":
            return f"{100 * value:.1f} %"
        if self.style == "factor":
            return f"{value:,.0f} ×" if value >= 100 else f"{value:.3g} ×"
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.3g}"


_TAIL = (
    Measure(
        "samples",
        "Samples",
        "Labelled samples of the training split (labels, where a sample may have several).",
        "More data helps every method; what matters for the tail is how it is shared out.",
        "count",
    ),
    Measure(
        "classes_present",
        "Classes",
        "Classes with at least one training sample.",
        "Chance level is one over this number; with many classes most errors happen in the tail.",
        "count",
    ),
    Measure(
        "largest_class",
        "Largest class",
        "Training samples of the most frequent class.",
        "A network that always answers this class already gets its share of the samples right.",
        "count",
    ),
    Measure(
        "smallest_class",
        "Smallest class",
        "Training samples of the rarest class that has any.",
        "Below about ten samples no loss can replace collecting more.",
        "count",
    ),
    Measure(
        "median_class",
        "Median class",
        "Training samples of the class in the middle of the ranking.",
        "Far below the mean class size: most classes live in the tail.",
        "count",
    ),
    Measure(
        "imbalance_factor",
        "Imbalance factor",
        "Size of the largest class over size of the smallest class that has samples.",
        "Read it beside the references: CIFAR-LT uses 10 to 100, LVIS has about 2,000.",
        "factor",
    ),
    Measure(
        "gini",
        "Gini coefficient",
        "Mean difference of two class sizes over twice their mean: 0 if all are equal, near 1 if "
        "one class has nearly all.",
        "Unlike the imbalance factor it looks at all classes, not at the two extremes.",
        reference="Yang et al. 2022, arXiv 2205.13775",
    ),
    Measure(
        "entropy",
        "Entropy",
        "−Σ π log π of the class shares π, in nats.",
        "The cross-entropy of a network that knows the class shares and nothing else.",
    ),
    Measure(
        "normalised_entropy",
        "Normalised entropy",
        "Entropy over the logarithm of the number of classes: 1 if all classes have the same size.",
        "Well below 1, a network can lower its loss a lot by ignoring rare classes.",
        "share",
    ),
    Measure(
        "effective_classes",
        "Effective classes",
        "exp(entropy): how many classes of equal size would be as uncertain.",
        "If much smaller than the number of classes, accuracy is decided by few of them.",
        reference="Hill 1973",
    ),
    Measure(
        "effective_samples",
        "Effective samples",
        "Σ (1 − β^N)/(1 − β): samples that are left if each new one overlaps with the old ones.",
        "The base of class-balanced weights: a head class is worth less than its count says.",
        "count",
        "Cui et al. 2019, arXiv 1901.05555",
    ),
    Measure(
        "effective_imbalance",
        "Effective imbalance",
        "Largest over smallest effective number of samples of a class, at the same β.",
        "The range that class-balanced weights span; they are milder than inverse frequency.",
        "factor",
        "Cui et al. 2019, arXiv 1901.05555",
    ),
    Measure(
        "head_share",
        "Head's share",
        "Share of the training samples that belongs to head classes.",
        "Plain accuracy mostly measures these classes.",
        "share",
    ),
    Measure(
        "tail_share",
        "Tail's share",
        "Share of the training samples that belongs to tail classes.",
        "Errors here hardly move the training loss, so training hardly reacts to them.",
        "share",
    ),
    Measure(
        "top_1_share",
        "Largest class's share",
        "Share of the samples held by the most frequent class.",
        "The accuracy of always answering that class.",
        "share",
    ),
    Measure(
        "top_10_percent_share",
        "Share of the top 10 % of classes",
        "Share of the samples held by the most frequent tenth of the classes, at least one.",
        "How far the training signal is concentrated on few classes.",
        "share",
    ),
    Measure(
        "rare_half_share",
        "Share of the rarer half",
        "Share of the samples held by the rarer half of the classes.",
        "Half of the balanced accuracy depends on this share of the data.",
        "share",
    ),
    Measure(
        "classes_for_half",
        "Classes for half of the samples",
        "Smallest number of classes that together hold half of the samples.",
        "If it is small, a mini-batch is mostly these classes.",
        "count",
    ),
    Measure(
        "below_10",
        "Classes with fewer than 10",
        "Classes with 1 to 9 training samples.",
        "Their accuracy cannot be measured well and hardly be learned: collect more, or merge.",
        "count",
    ),
    Measure(
        "power_law_exponent",
        "Power-law exponent",
        "s of the fit N = a · rank^−s, by least squares on logarithms.",
        "Above 1, a few classes hold nearly everything however many classes there are.",
    ),
    Measure(
        "power_law_r2",
        "Power-law fit R²",
        "Share of the variance of log N that the power law explains.",
        "Near 1: the set looks like natural long tails (iNaturalist, LVIS).",
        "share",
    ),
    Measure(
        "exponential_rate",
        "Exponential rate",
        "λ of the fit N = a · exp(−λ · (rank − 1)), by least squares on logarithms.",
        "Each further class is smaller by the factor exp(−λ).",
    ),
    Measure(
        "exponential_r2",
        "Exponential fit R²",
        "Share of the variance of log N that the exponential explains.",
        "Near 1: the set looks like CIFAR-LT, so results on CIFAR-LT are a fair hint.",
        "share",
    ),
)

_SHIFT = (
    Measure(
        "prior_shift",
        "Train/test prior shift",
        "Total variation distance, half of Σ |π_train − π_test|, of the class shares.",
        "Large: training optimises for other class shares than the test asks for.",
        "share",
    ),
    Measure(
        "prior_shift_kl",
        "Prior shift, KL",
        "Σ π_test log(π_test/π_train) in nats; infinite if a tested class is never trained.",
        "The extra log loss from predicting with the training priors.",
    ),
    Measure(
        "test_imbalance_factor",
        "Test imbalance factor",
        "Largest over smallest class of the test split.",
        "Above 1, plain test accuracy favours the head: report balanced accuracy.",
        "factor",
    ),
)

_MULTI = (
    Measure(
        "labels_per_sample",
        "Labels per sample",
        "Mean number of labels of a sample (cardinality).",
        "Above 1, classes compete for the same samples and cannot be balanced one by one.",
        reference="Charte et al. 2015",
    ),
    Measure(
        "mean_imbalance_ratio",
        "Mean imbalance ratio",
        "Mean over labels of the most frequent label's count over the label's own (MeanIR).",
        "Above 1.5 the source calls a multi-label set imbalanced.",
        "factor",
        "Charte et al. 2015",
    ),
    Measure(
        "label_sets",
        "Label combinations",
        "Different combinations of labels that occur.",
        "Close to the number of samples: many combinations are seen once.",
        "count",
    ),
)

_QUALITY = (
    Measure(
        "exact_duplicates",
        "Exact duplicates",
        "Samples that repeat an earlier one in every feature and in the label.",
        "They weigh a sample twice and make a split by chance leak.",
        "count",
    ),
    Measure(
        "near_duplicates",
        "Near duplicates",
        "Samples nearly equal to another of their split (images: grey values correlate at 0.96).",
        "The class holds less information than its count says.",
        "count",
    ),
    Measure(
        "leaks",
        "Leaks into the test split",
        "Test samples that are equal or nearly equal to a training sample.",
        "Test accuracy is too good; remove them from one side.",
        "count",
    ),
    Measure(
        "conflicts",
        "Conflicting duplicates",
        "Samples with the same features as another one but another label.",
        "At most one of the labels is right; weights on a rare class also weigh its wrong labels.",
        "count",
    ),
    Measure(
        "suspects",
        "Suspect labels",
        "Samples whose label confident out-of-fold predictions contradict (confident learning).",
        "In a rare class few wrong labels are a large share: weights on the tail then learn noise.",
        "count",
        "Northcutt et al. 2021, arXiv 1911.00068",
    ),
    Measure(
        "missing_values",
        "Missing values",
        "Cells without a value, or with NaN, in feature columns.",
        "If rare classes miss more, the network learns to read the gap instead of the feature.",
        "count",
    ),
    Measure(
        "unreadable",
        "Unreadable",
        "Files that cannot be decoded.",
        "They are skipped; a rare class may lose a large share.",
        "count",
    ),
    Measure(
        "odd",
        "Odd images",
        "Images that are blank, nearly black or white, or of a size unlike the others.",
        "Often damaged or from another source; in a rare class they teach the wrong thing.",
        "count",
    ),
)

SHIFT_MEASURES = tuple(m.name for m in _SHIFT)
QUALITY_MEASURES = tuple(m.name for m in _QUALITY)
MEASURES: dict[str, Measure] = {m.name: m for m in (*_TAIL, *_SHIFT, *_MULTI, *_QUALITY)}
