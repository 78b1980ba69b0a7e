"""All losses, declared without importing torch: what a picker, a slider and a formula need.

A new loss is its file, its explanation (`harmony_core.explain`) and one entry in a file of `specs`.
In the equations: z logits, y label, p = softmax(z), g = 1 − p_y, N_c samples of class c among N,
π_c = N_c/N its prior, n the batch, C the classes.
"""

from __future__ import annotations

from .spec import LossSpec
from .specs.adaptive import ADAPTIVE
from .specs.added_terms import ADDED_TERMS
from .specs.harmonized import HARMONIZED
from .specs.influence import INFLUENCE
from .specs.logits import LOGITS
from .specs.weights import WEIGHTS

LOSSES: dict[str, LossSpec] = {
    spec.name: spec
    for spec in (*WEIGHTS, *LOGITS, *INFLUENCE, *HARMONIZED, *ADDED_TERMS, *ADAPTIVE)
}
"""All losses by name, in the order in which lists show them."""
