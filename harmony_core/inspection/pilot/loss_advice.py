"""Which loss to train a network with, if a network is worth training at all."""

from __future__ import annotations

from .comparison import BETTER, Comparison, compare, figure, mean, power_of, ranked, tied
from .pilot import Pilot
from .reasons import labels


def loss_advice(pilot: Pilot, advised: str, steps: dict[str, Comparison]) -> tuple[str, list[str]]:
    """The network to train if it is to be one, and what is said about losses."""
    networks = [t for t in pilot.distinct if t.family == "network"]
    if not networks:
        return "", []
    open_ended = [t for t in networks if not t.settled]
    if open_ended:
        return "", [
            "No advice on the loss: within the time given, the training loss had not settled for "
            f"{'any network' if len(open_ended) == len(networks) else labels(open_ended)}. Give "
            "the pilot more time."
        ]
    metric = pilot.metric
    order = ranked(pilot, metric, tuple(t.name for t in networks))
    if not order:
        return "", []
    better = _better_and_simpler(pilot, order[0])
    if better is not None and pilot.kind != "points":
        return "", [
            "No loss is advised, as a network is not worth training here: "
            f"{pilot.trial(better.name).label} comes to "
            f"{figure(mean(pilot, better.name, metric), metric)}, the best network to "
            f"{figure(mean(pilot, order[0], metric), metric)} ({better.sentence()})."
        ]
    base = next((t.name for t in networks if not t.remedy), "")
    tried = [steps[name] for name in order if name in steps]
    if not base or not tried:
        return order[0], []
    alike = [n for n in tied(pilot, order) if n != base and steps[n].word in BETTER]
    if not alike:
        top = tried[0]
        return base, [
            f"If you train a network: cross-entropy. The best loss, {_short(pilot, top.name)}, "
            f"comes to {top.sentence()}: {top.word}. {power_of(top)}"
        ]
    loss = min(alike, key=lambda n: pilot.trial(n).simplicity)
    if loss == advised:
        return loss, []
    return loss, [
        f"If you train a network: {_short(pilot, loss)} {steps[loss].word}, "
        f"{steps[loss].sentence()} against cross-entropy."
    ]


def _short(pilot: Pilot, name: str) -> str:
    return pilot.trial(name).label.split(", ", 1)[-1]


def _better_and_simpler(pilot: Pilot, network: str) -> Comparison | None:
    """The best simpler contestant of another kind, if it is better, clearly or probably."""
    mark = pilot.trial(network)
    simpler = tuple(
        t.name for t in pilot.distinct
        if t.family not in ("network", "backbone") and t.simplicity < mark.simplicity and t.settled
    )  # fmt: skip
    for name in ranked(pilot, pilot.metric, simpler):
        found = compare(pilot, name, network, comparisons=len(simpler))
        if found.word in BETTER:
            return found
    return None
