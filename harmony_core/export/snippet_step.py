"""The parts of an exported script that mix samples or take a sharpness-aware step.

They follow `training.mixing`, `training.step` and `training.sharpness`, which load torch.
"""

from __future__ import annotations

from ..config import MethodConfig

RHO = 0.05
"""As `training.sharpness.RHO`."""
REMIX_RATIO = 3
"""As `training.mixing.REMIX_RATIO`; τ is 1/2, so that the larger part decides."""


def step_functions(method: MethodConfig, needs_features: bool) -> list[str]:
    """The functions of the script that the step of `step_lines` calls."""
    mixes, sharp = method.mix != "none", method.sam != "none"
    if not (mixes or sharp):
        return []
    functions = [_pieces(mixes, needs_features)]
    if method.mix == "remix":
        functions.append(_REMIX)
    if sharp:
        functions.append(_sharp(mixes))
    return functions


def setup_lines(method: MethodConfig) -> list[str]:
    """Lines of ``main`` before its loop."""
    if method.sam == "none":
        return []
    return [
        "    tail = torch.zeros(len(counts), dtype=torch.bool)  # the rarest third of the classes",
        "    rarest = counts.argsort(descending=True, stable=True)",
        "    tail[rarest[len(counts) - max(1, round(len(counts) / 3)) :]] = True",
    ]


def step_lines(method: MethodConfig, needs_features: bool) -> list[str]:
    """The lines that compute the gradients of a batch ``x``, ``y``."""
    mixes, sharp = method.mix != "none", method.sam != "none"
    given = "network, loss, x, y"
    lines = []
    if mixes:
        lines += [
            "            order = torch.randperm(len(x), generator=draw)",
            "            share = float(torch.rand(1, generator=draw))",
            "            share = max(share, 1 - share)  # y labels the larger part",
            "            x = share * x + (1 - share) * x[order]",
            *(
                ["            kept = remix_share(share, counts[y], counts[y[order]])"]
                if method.mix == "remix"
                else ["            kept = torch.full(y.shape, share)"]
            ),
        ]
        given += ", y[order], kept"
    if sharp:
        return [
            *lines,
            "            optimizer.zero_grad()",
            f"            sharpness_aware_gradients(tail, {given})",
        ]
    if mixes:
        lines.append(f"            value = pieces({given})[0].sum()")
    elif needs_features:
        lines += [
            "            features = network.features(x)  # this loss needs the last layer's input",
            "            value = loss(network.head(features), y, features)",
        ]
    else:
        lines.append("            value = loss(network(x), y)")
    return [*lines, "            optimizer.zero_grad()", "            value.backward()"]


def _pieces(mixes: bool, needs_features: bool) -> str:
    forward = ["    z = network(x)"]
    features = ""
    if needs_features:
        forward = ["    features = network.features(x)", "    z = network.head(features)"]
        features = ", features"
    if not mixes:
        body = [
            f"    terms = loss.terms(z, y{features})",
            "    return terms.weight * terms.cross_entropy / terms.unit.sum(), y",
        ]
        return "\n".join(
            [
                "def pieces(network, loss, x, y):",
                '    """What each sample adds to the loss (n,), and its class (n,)."""',
                *forward,
                *body,
            ]
        )
    return "\n".join(
        [
            "def pieces(network, loss, x, y, other, kept):",
            '    """What both labels of each sample add to the loss (2n,), and the labels (2n,).',
            "",
            "    A gradient density counts a sample once, under y.",
            '    """',
            *forward,
            f"    one = loss.terms(z, y{features})",
            "    training = loss.training",
            f"    two = loss.eval().terms(z, other{features})",
            "    loss.train(training)",
            "    share = torch.cat([kept, 1 - kept])",
            "    unit = (share * torch.cat([one.unit, two.unit])).sum()",
            "    weight = share * torch.cat([one.weight, two.weight])",
            "    entropy = torch.cat([one.cross_entropy, two.cross_entropy])",
            "    return weight * entropy / unit, torch.cat([y, other])",
        ]
    )


_REMIX = f'''def remix_share(share, own, other):
    """The share of y: all of it where its class is {REMIX_RATIO} times as rare as the other."""
    return torch.where(other >= {REMIX_RATIO} * own, 1.0 if share > 0.5 else share, share)'''


def _sharp(mixes: bool) -> str:
    labels = ", other, kept" if mixes else ""
    return f'''def sharpness_aware_gradients(tail, network, loss, x, y{labels}):
    """The gradient of the head's loss, plus that of the tail's loss a step up the tail's loss."""
    weights = list(network.parameters())
    norms = [part for part in network.modules() if hasattr(part, "running_mean")]
    momentum = [part.momentum for part in norms]
    before = [weight.detach().clone() for weight in weights]
    each, label = pieces(network, loss, x, y{labels})
    up = torch.autograd.grad(
        each[tail[label]].sum(), weights, retain_graph=True, materialize_grads=True
    )
    each[~tail[label]].sum().backward()
    length = torch.cat([part.flatten() for part in up]).norm() + 1e-12
    with torch.no_grad():
        for weight, part in zip(weights, up, strict=True):
            weight += {RHO:g} / length * part
    for part in norms:
        part.momentum = 0.0  # running statistics and densities see a batch once
    loss.eval()
    each, label = pieces(network, loss, x, y{labels})
    each[tail[label]].sum().backward()
    loss.train()
    for part, value in zip(norms, momentum, strict=True):
        part.momentum = value
    with torch.no_grad():
        for weight, value in zip(weights, before, strict=True):
            weight.copy_(value)'''
