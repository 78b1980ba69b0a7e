"""A last layer whose logits are cosines, which the losses with margins need."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .errors import ConfigError
from .parameters import check_number


def cosines(features: Tensor, weight: Tensor) -> Tensor:
    """cos(f, w_c) in [−1, 1]; features (…, d) and weight (c, d) give (…, c).

    >>> cosines(torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0, 0.0], [3.0, 3.0]]))
    tensor([[1.0000, 0.7071]])
    """
    return F.linear(F.normalize(features, dim=-1), F.normalize(weight, dim=-1))


class CosineClassifier(nn.Module):
    """z_c = s · cos(f, w_c), in place of ``nn.Linear(in_features, classes)``.

    The logits do not depend on the lengths of the features f (…, d) and of the class's direction
    w_c, so a frequent class cannot win by a long one.

    ``scale`` s = 1 is what the losses on cosines need (`ldam`, `ala` and `gcl`): they multiply by
    their own. For any other loss cosines are too close to one another, so give a scale; 16 to 30 is
    usual. ``learnable`` trains s, starting from ``scale``. ``weight`` (c, d) is initialised as that
    of `nn.Linear`. Raises `ConfigError` for sizes below 1 and a scale that is not positive.
    Gidaris and Komodakis 2018, arXiv 1804.09458.

    >>> head = CosineClassifier(8, 3)
    >>> head(100 * torch.ones(5, 8)).abs().max() <= 1.001
    tensor(True)
    """

    def __init__(
        self, in_features: int, classes: int, scale: float = 1.0, *, learnable: bool = False
    ) -> None:
        super().__init__()
        check_number(in_features, "in_features", 1, whole=True)
        check_number(classes, "classes", 1, whole=True)
        if not check_number(scale, "scale") > 0:
            raise ConfigError(f"Expected scale to be above 0, but got {scale!r}.")
        self.weight = nn.Parameter(torch.empty(classes, in_features))
        self.scale: Tensor | float = scale
        if learnable:
            self.scale = nn.Parameter(torch.tensor(float(scale)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew, as `nn.Linear` does."""
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))

    def forward(self, features: Tensor) -> Tensor:
        """Logits (…, c) of features (…, d)."""
        found = cosines(features, self.weight)
        if isinstance(self.scale, Tensor):
            return found * self.scale.to(found.dtype)
        return found if self.scale == 1 else found * self.scale

    def extra_repr(self) -> str:
        """Sizes and scale."""
        classes, width = self.weight.shape
        scale = "learnable" if isinstance(self.scale, Tensor) else f"{self.scale:g}"
        return f"in_features={width}, classes={classes}, scale={scale}"
