"""All post-hoc steps, declared without importing torch.

A new step is its file, one entry here and its name in `config.POSTHOC`. In the equations: f the
features of a sample, z its logits, W and b the trained last layer, N_c samples of class c,
π_c = N_c/N its prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..parameters import Parameter, Value, resolve


@dataclass(frozen=True)
class PosthocSpec:
    """What a table, a form and the command line need to know about a step.

    ``factory``, a ``module:function``, is called with ``(trained, generator, **parameters)`` and
    returns the new `Head`. ``equation`` is LaTeX.
    """

    name: str
    title: str
    summary: str
    equation: str
    factory: str
    reference: str
    parameters: tuple[Parameter, ...] = ()

    def resolve(self, values: Mapping[str, object]) -> dict[str, Value]:
        """All parameters, the given ones checked; `ConfigError` for any other name.

        >>> POSTHOC["tau_norm"].resolve({"tau": 0})
        {'tau': 0.0}
        """
        return resolve(values, self.parameters, f"post-hoc step `{self.name}`")


_BALANCED_TRAINING = (
    Parameter("epochs", 30, "Passes over as many samples as there are.", low=1, high=200),
    Parameter(
        "lr", 1.0, "First learning rate, for features of mean length 1; it falls to zero.",
        low=0.001, high=2.0, log=True,
    ),
    Parameter("batch_size", 128, "Samples of a step.", low=1, high=4096, log=True),
)  # fmt: skip
"""Of a step that trains on class-balanced batches; our values, a second or two on a CPU."""


POSTHOC: dict[str, PosthocSpec] = {
    spec.name: spec
    for spec in (
        PosthocSpec(
            name="logit_adjustment",
            title="Logit adjustment",
            summary="Takes the log of the class prior off the logits, which moves the boundary "
            "toward the head. A method that was trained with the prior is corrected twice.",
            equation=r"z_c \leftarrow z_c - \tau \log \pi_c",
            factory="harmony_core.posthoc.logit_adjustment:logit_adjustment",
            reference="Menon et al. 2021, arXiv:2007.07314",
            parameters=(
                Parameter(
                    "tau", 1.0, "How far the boundary moves; 1 is the balanced Bayes rule.",
                    low=0.0, high=3.0,
                ),
            ),
        ),
        PosthocSpec(
            name="tau_norm",
            title="τ-normalisation",
            summary="Divides each class's weights by a power of their length, which is larger for "
            "frequent classes.",
            equation=r"z_c = \frac{w_c^\top f}{\lVert w_c \rVert^{\tau}}",
            factory="harmony_core.posthoc.tau_norm:tau_norm",
            reference="Kang et al. 2020, arXiv:1910.09217",
            parameters=(
                Parameter(
                    "tau", 1.0, "0 leaves the weights as they are, 1 gives all the same length. "
                    "The paper chooses it on a validation set; without one, 1.",
                    low=0.0, high=2.0,
                ),
            ),
        ),
        PosthocSpec(
            name="ncm",
            title="Nearest class mean",
            summary="Predicts the class whose mean feature is nearest, so class size has no part.",
            equation=r"z_c = \frac{\mu_c^\top f}{\lVert \mu_c \rVert}\ \text{(cosine)},"
            r"\quad z_c = 2 \mu_c^\top f - \lVert \mu_c \rVert^2\ \text{(euclidean)}",
            factory="harmony_core.posthoc.ncm:ncm",
            reference="Kang et al. 2020, arXiv:1910.09217",
            parameters=(
                Parameter(
                    "metric", "cosine", "Angle to the mean, as in the paper, or distance from it.",
                    choices=("cosine", "euclidean"),
                ),
            ),
        ),
        PosthocSpec(
            name="crt",
            title="cRT: classifier re-training",
            summary="Trains a new linear layer on class-balanced batches of the fixed features.",
            equation=r"\min_{W, b}\ \frac{1}{C} \sum_c \frac{1}{N_c} \sum_{i:\, y_i = c}"
            r"\mathrm{CE}(W f_i + b, y_i)",
            factory="harmony_core.posthoc.crt:crt",
            reference="Kang et al. 2020, arXiv:1910.09217",
            parameters=_BALANCED_TRAINING,
        ),
        PosthocSpec(
            name="lws",
            title="LWS: learnable weight scaling",
            summary="Learns one factor for each class's logit on class-balanced batches; the "
            "direction of its weights stays.",
            equation=r"\min_{s}\ \frac{1}{C} \sum_c \frac{1}{N_c} \sum_{i:\, y_i = c}"
            r"\mathrm{CE}(s \odot (W f_i + b), y_i)",
            factory="harmony_core.posthoc.lws:lws",
            reference="Kang et al. 2020, arXiv:1910.09217",
            parameters=_BALANCED_TRAINING,
        ),
    )
}  # fmt: skip
"""All post-hoc steps by name."""
