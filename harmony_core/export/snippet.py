"""A PyTorch script that trains with one method of an experiment, to read and to adapt."""

from __future__ import annotations

import json
from typing import Any

from .. import __version__, losses
from ..config import CLASS_BALANCE, DEFERRAL_START, ExperimentConfig, MethodConfig, OptimConfig
from ..data import DATASETS
from ..data.image_choices import RESIZED
from ..errors import ConfigError
from ..experiments.complete import complete
from ..experiments.method_text import method_label
from ..losses import LOSSES, LossSpec
from ..models import MODELS
from ..parameters import Parameter
from .snippet_data import (
    IMPORTS,
    INSTALL,
    LAST,
    MADE_UP_REPORT,
    REPORT,
    file_words,
    load_own_data,
    reads_own_file,
)
from .snippet_step import setup_lines, step_functions, step_lines

SHAPES = {"points": (2,), "table": (10,), "digits": (1, 8, 8)}
KINDS = {"points": "points", "table": "rows", "images": "images, channels first"}
PAD = 4
"""As `training.epoch_plan.PAD`, which loads torch."""


def snippet(config: ExperimentConfig, method: int) -> str:
    """The script for ``config.methods[method]``; it runs as it is.

    A user's own table or images are read from the file beside the script, other data are made up.
    ``python FILE`` trains for the config's epochs, ``python FILE 3`` for 3. Raises `ConfigError` if
    there is no such method, or if training crops random parts of files.
    """
    config = complete(config)
    if not 0 <= method < len(config.methods):
        raise ConfigError(
            f"Expected a method from 0 to {len(config.methods) - 1}, but got {method}."
        )
    if config.data.params.get("crops") == RESIZED:
        raise ConfigError(
            "Expected an experiment whose crops are `padded`, as scripts crop images in memory, "
            "but got `resized`. Export one with `padded` crops."
        )
    chosen = config.methods[method]
    parts = [
        _header(config, chosen),
        load_own_data(config) if reads_own_file(config) else _load_data(config),
        _rate(config.optim),
        *_sampler(chosen),
        *_augmentation(config),
        *step_functions(chosen, LOSSES[chosen.loss].needs_features),
        _main(config, chosen),
        LAST if reads_own_file(config) else 'if __name__ == "__main__":\n    main()\n',
    ]
    return "\n\n\n".join(parts)


def _posthoc_note(method: MethodConfig) -> list[str]:
    """The lines that say which step is left to do after the script."""
    if method.posthoc == "none":
        return []
    return [
        "",
        f"The post-hoc step `{method.posthoc}` is not part of it. After training, give the last",
        "layer and the features of the training set to harmony_core.posthoc.new_head.",
    ]


def _header(config: ExperimentConfig, method: MethodConfig) -> str:
    label = json.dumps(method_label(method), ensure_ascii=False)[1:-1].replace('"', "'")
    name = _exported_class(LOSSES[method.loss]) or "build_loss"
    own = reads_own_file(config)
    about = (
        [
            *file_words(config),
            "",
            f"Written by Harmony {__version__}. {INSTALL.format(extras='inspect,study')} Any",
            "network that returns plain logits fits into main().",
        ]
        if own
        else [
            f"Written by Harmony {__version__}. {INSTALL.format(extras='study')} Put your",
            "own data into load_data() and any network that returns plain logits into main().",
        ]
    )
    lines = [
        f'"""Train on a long tail with: {label}.',
        "",
        *about,
        *_posthoc_note(method),
        '"""',
        "",
        *(
            ["import math"]
            if config.optim.schedule == "cosine" or method.deferral != "none"
            else []
        ),
        "import sys",
        *(["from pathlib import Path"] if own else []),
        "",
        "import torch",
        "from torch.utils.data import DataLoader, TensorDataset"
        + (", WeightedRandomSampler" if _draws(method) else ""),
        "",
        *(IMPORTS if own else ()),
        f"from harmony_core.losses import {name}",
    ]
    if method.deferral == "drw":
        lines.append("from harmony_core.losses.weighted import class_balanced_weights")
    lines += [
        "from harmony_core.models import build_model",
        "from harmony_core.training import generator",
        *(["from harmony_core.training.device_data import DeviceData"] if own else []),
        "",
        f"EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else {config.epochs}",
        f"BATCH_SIZE = {config.optim.batch_size}",
        f"LEARNING_RATE = {config.optim.lr:g}",
        f"INIT_SEED = {config.seeds.init}  # the same initial weights as in the experiment",
    ]
    return "\n".join(lines)


def _exported_class(spec: LossSpec) -> str:
    """The class of a loss if `harmony_core.losses` exports it by name, else nothing."""
    _, name = spec.factory.split(":")
    return name if name in losses.__all__ else ""


def _load_data(config: ExperimentConfig) -> str:
    spec = DATASETS[config.data.name]
    shape = SHAPES.get(spec.kind) or SHAPES.get(spec.name) or _square(config)
    classes = int(config.data.params.get("classes", spec.classes or 3))
    size = ", ".join(map(str, shape))
    return f'''def load_data():
    """REPLACE THIS with your data: inputs float32 (n, ...), targets int64 (n,), for train and test.

    Until then: made-up {KINDS[spec.kind]}, with a long tail to train on and a balanced test set.
    """
    draw = torch.Generator().manual_seed({config.seeds.data})
    counts = [max(2, round(120 * 0.05 ** (c / {classes - 1}))) for c in range({classes})]
    centres = torch.randn({classes}, {size}, generator=draw)

    def around(targets):
        return centres[targets] + 0.7 * torch.randn(len(targets), {size}, generator=draw)

    train_y = torch.arange({classes}).repeat_interleave(torch.tensor(counts))
    test_y = torch.arange({classes}).repeat_interleave(20)
    return around(train_y), train_y, around(test_y), test_y'''


def _rate(optim: OptimConfig) -> str:
    """The schedule of `training.schedule`, written out."""
    lines = [
        "def learning_rate(epoch, part):",
        '    """The rate in 0-based `epoch`, of which the share `part` is done."""',
    ]
    if optim.warmup_epochs:
        lines += [
            f"    if epoch < {optim.warmup_epochs}:  # warm-up",
            f"        return LEARNING_RATE * (epoch + 1) / {optim.warmup_epochs}",
        ]
    if optim.schedule == "cosine":
        lines += [
            f"    done = (epoch - {optim.warmup_epochs} + part) "
            f"/ max(EPOCHS - {optim.warmup_epochs}, 1)",
            "    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * done))",
        ]
    elif optim.schedule == "step" and optim.decay_at:
        at = ", ".join(f"{share:g}" for share in optim.decay_at)
        lines += [
            f"    passed = sum(epoch + 1e-9 >= share * EPOCHS for share in [{at}])",
            f"    return LEARNING_RATE * {optim.decay:g} ** passed",
        ]
    else:
        lines.append("    return LEARNING_RATE")
    return "\n".join(lines)


def _draws(method: MethodConfig) -> bool:
    return method.sampler != "uniform" or method.deferral == "drs"


def _sampler(method: MethodConfig) -> list[str]:
    if not _draws(method):
        return []
    power = -0.5 if method.sampler == "square_root" else -1.0
    frequency = "in proportion to √(its samples)" if power == -0.5 else "equally often"
    return [
        f'''def drawing(targets, counts, draw):
    """Draw samples with replacement, each class {frequency}."""
    chance = counts.double()[targets] ** {power:g}
    return WeightedRandomSampler(chance, len(targets), generator=draw)'''
    ]


def _augmentation(config: ExperimentConfig) -> list[str]:
    """The crop and the mirror of `training.device_data`, on a batch."""
    if not DATASETS[config.data.name].augments:
        return []
    return [
        f'''def augmented(x, draw, black=0.0):
    """Images moved by up to {PAD} pixels over a border of `black`, half of them mirrored."""
    n, _, height, width = x.shape
    padded = torch.nn.functional.pad(x - black, ({PAD}, {PAD}, {PAD}, {PAD})) + black
    down, right = torch.randint(0, {2 * PAD + 1}, (2, n, 1), generator=draw)
    mirror = torch.rand(n, 1, generator=draw) < 0.5
    rows, columns = torch.arange(height) + down, torch.arange(width).expand(n, -1)
    columns = torch.where(mirror, width - 1 - columns, columns) + right
    which = torch.arange(n)[:, None, None]
    return padded[which, :, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)'''
    ]


def _main(config: ExperimentConfig, method: MethodConfig) -> str:
    spec, own = LOSSES[method.loss], reads_own_file(config)
    augments = DATASETS[config.data.name].augments
    border = ", black" if own and augments else ""
    more = f", names{border}" if own else ""
    optim = config.optim
    decay = optim.weight_decay if method.weight_decay is None else method.weight_decay
    shape = {**({"head": spec.head} if spec.head != "linear" else {})}
    shape |= _changed(config.model.params, MODELS[config.model.name].parameters)
    sizes = f'"{config.model.name}", tuple(train_x.shape[1:]), len(counts)'
    model = _call("build_model", sizes, shape, "generator=generator(INIT_SEED, 0)")
    given = _changed(method.params, spec.parameters)
    exported = _exported_class(spec)
    loss = (
        _call(exported, "counts", given)
        if exported
        else _call("build_loss", f'"{method.loss}", counts', given)
    )
    first = "drawing(train_y, counts, draw)" if method.sampler != "uniform" else None
    order = f"sampler={first}" if first else "shuffle=True, generator=draw"
    lines = [
        "def main():",
        f"    draw = torch.Generator().manual_seed({config.seeds.order})",
        f"    train_x, train_y, test_x, test_y{more} = load_data()",
        "    counts = torch.bincount(train_y)  # training samples of each class",
        "    data = TensorDataset(train_x, train_y)",
        f"    loader = DataLoader(data, BATCH_SIZE, {order})",
        *(["    # The logits of this loss are cosines."] if spec.head == "cosine" else []),
        f"    network = {model}",
        f"    loss = {loss}",
        f"    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, {optim.momentum:g}, "
        f"weight_decay={decay:g})",
        *setup_lines(method),
        "    for epoch in range(EPOCHS):",
        "        loss.on_epoch_start(epoch, EPOCHS)  # a warm-up inside the loss",
        *_deferral(method),
        "        for step, (x, y) in enumerate(loader):",
        *([f"            x = augmented(x, draw{border})"] if augments else []),
        '            optimizer.param_groups[0]["lr"] = learning_rate(epoch, step / len(loader))',
        *step_lines(method, spec.needs_features),
        "            optimizer.step()",
        "",
        "    network.eval()",
        "    with torch.no_grad():  # predict with the plain logits",
        "        predicted = network(test_x).argmax(1)",
        *(REPORT if own else MADE_UP_REPORT),
    ]
    return "\n".join(lines)


def _deferral(method: MethodConfig) -> list[str]:
    start = (
        f"        if epoch == min(EPOCHS - 1, math.ceil({DEFERRAL_START:g} * EPOCHS)):"
        "  # for the last fifth"
    )
    if method.deferral == "drw":
        return [
            start,
            f"            loss.set_class_weight(class_balanced_weights(counts, {CLASS_BALANCE:g}))",
        ]
    if method.deferral == "drs":
        return [
            start,
            "            loader = DataLoader(data, BATCH_SIZE, "
            "sampler=drawing(train_y, counts, draw))",
        ]
    return []


def _call(name: str, first: str, given: dict[str, Any], *more: str) -> str:
    pairs = [
        f"{key}={json.dumps(v) if isinstance(v, str) else repr(v)}" for key, v in given.items()
    ] + list(more)
    line = f"{name}({', '.join([first, *pairs])})"
    if len(line) <= 82:
        return line
    inside = "".join(f"        {pair},\n" for pair in pairs)
    return f"{name}(\n        {first},\n{inside}    )"


def _changed(values: Any, declared: tuple[Parameter, ...]) -> dict[str, Any]:
    """The parameters that differ from their defaults."""
    return {p.name: values[p.name] for p in declared if values[p.name] != p.default}


def _square(config: ExperimentConfig) -> tuple[int, int, int]:
    size = int(config.data.params.get("size", 32))
    return (3, size, size)
