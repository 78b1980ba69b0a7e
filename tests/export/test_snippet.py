"""Scripts that are handed out: they run, and they train with what the method says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    ModelConfig,
    OptimConfig,
    Seeds,
    quick_recipe,
    reference_recipe,
)
from harmony_core.data import DATASETS, build_dataset
from harmony_core.errors import ConfigError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.method_text import parse_methods
from harmony_core.export import snippet
from harmony_core.export.snippet import PAD
from harmony_core.export.snippet_step import REMIX_RATIO, RHO
from harmony_core.losses import LOSSES, build_loss
from harmony_core.models import build_model
from harmony_core.training import epoch_plan, generator, mixing, sharpness
from harmony_core.training.batch import Batch
from harmony_core.training.lockstep import Lockstep
from harmony_core.training.mixing import Mixing
from harmony_core.training.networks import SeparateNetworks
from harmony_core.training.schedule import learning_rate
from harmony_core.training.sharpness import tail_sharpness
from harmony_core.training.step import backward

ROOT = Path(__file__).parents[2]
METHODS = parse_methods(
    "harmonized[alpha=0.4,inter=weight],harmonized@literal:drs,ldam:drw,ib,focal+square_root,"
    "ce:drw+class_balanced,vs,harmonized[mix=remix,sam=imbsam],ib[mix=mixup],ldam[sam=imbsam]"
)
POINTS = ExperimentConfig(methods=METHODS, epochs=3)
DIGITS = ExperimentConfig(
    data=DataConfig("digits"), methods=parse_methods("balanced_softmax"), optim=reference_recipe()
)


def test_scripts_run_in_a_process_of_their_own(tmp_path: Path) -> None:
    """All of them in one process, as each would spend seconds on importing torch."""
    scripts = [snippet(POINTS, i) for i in range(len(METHODS))] + [snippet(DIGITS, 0)]
    paths = [tmp_path / f"train{i}.py" for i in range(len(scripts))]
    for path, script in zip(paths, scripts, strict=True):
        path.write_text(script, "utf-8")
    runner = (
        "import runpy, sys\n"
        "paths, sys.argv = sys.argv[1:], ['train.py', '2']\n"
        "for path in paths: runpy.run_path(path, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", runner, *map(str, paths)],
        capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(scripts)
    for line in lines:
        assert 0 <= float(re.search(r"accuracy ([\d.]+) %", line)[1]) <= 100  # type: ignore[index]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_makes_a_short_script(name: str) -> None:
    script = snippet(ExperimentConfig(methods=parse_methods(name)), 0)
    ast.parse(script)
    assert 40 <= len(script.splitlines()) <= 80
    assert max(map(len, script.splitlines())) <= 100
    assert "on_epoch_start(epoch, EPOCHS)" in script
    assert "network(test_x).argmax(1)" in script, "predicts with the plain logits"


def test_a_script_says_what_the_method_has_and_no_more() -> None:
    plain, deferred, drawn = (
        snippet(ExperimentConfig(methods=parse_methods(text)), 0)
        for text in ("harmonized", "ldam:drw", "ce+square_root")
    )
    assert "loss = HarmonizedLoss(counts)" in plain
    for word in ("Sampler", "class_weight", "build_loss"):
        assert word not in plain
    assert "set_class_weight(class_balanced_weights(counts, 0.9999))" in deferred
    assert 'head="cosine"' in deferred
    assert "counts.double()[targets] ** -0.5" in drawn
    changed = snippet(POINTS, 0)
    assert 'HarmonizedLoss(counts, alpha=0.4, inter="weight")' in changed


@pytest.mark.parametrize(
    "optim",
    [
        quick_recipe(),
        reference_recipe(),
        OptimConfig(schedule="constant", warmup_epochs=0, lr=0.03),
        OptimConfig(schedule="step", decay_at=(), warmup_epochs=1),
    ],
)
def test_the_script_s_schedule_is_that_of_the_training(optim: OptimConfig) -> None:
    script = snippet(ExperimentConfig(methods=parse_methods("ce"), optim=optim, epochs=20), 0)
    names: dict[str, object] = {}
    tree = ast.parse(script)
    keep = [
        node for node in tree.body
        if (isinstance(node, ast.FunctionDef) and node.name == "learning_rate")
        or isinstance(node, ast.Assign)
        or (isinstance(node, ast.Import) and node.names[0].name in ("math", "sys"))
    ]  # fmt: skip
    code = compile(ast.Module(keep, []), "snippet", "exec")
    argv, sys.argv = sys.argv, ["train.py", "20"]
    try:
        exec(code, names)  # noqa: S102
    finally:
        sys.argv = argv
    rate = names["learning_rate"]
    assert callable(rate)
    for epoch in range(20):
        for step in range(4):
            expected = learning_rate(optim, epoch, step, 4, 20)
            if optim.schedule != "cosine":
                expected = learning_rate(optim, epoch, 0, 4, 20)
            assert rate(epoch, step / 4) == pytest.approx(expected)


@pytest.mark.parametrize("methods", ["ce", "ldam"])
def test_a_script_starts_with_the_weights_of_the_run(methods: str) -> None:
    config = complete(
        ExperimentConfig(
            model=ModelConfig("mlp", {"hidden": 9}),
            methods=parse_methods(methods),
            seeds=Seeds(init=7, order=3),
        )
    )
    expected = Lockstep(config, build_dataset(config.data, 0)).networks
    names = module(snippet(config, 0))
    tree = ast.parse(snippet(config, 0))
    (made,) = (
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "network"
    )  # fmt: skip
    classes = int(config.data.params["classes"])
    names |= {"train_x": torch.zeros(1, 2), "counts": torch.ones(classes)}
    found = eval(ast.unparse(made), names)  # noqa: S307
    inputs = torch.randn(5, 2)
    logits, features = expected(inputs[None])
    torch.testing.assert_close(found.features(inputs), features[0])
    torch.testing.assert_close(found(inputs), logits[0])


def test_a_script_of_the_first_version_finds_its_generator() -> None:
    names = module("from harmony_core.training.order import generator\ndraw = generator(7, 0)")
    draw = names["draw"]
    assert isinstance(draw, torch.Generator)
    assert torch.equal(torch.rand(3, generator=draw), torch.rand(3, generator=generator(7, 0)))


def test_a_script_crops_and_mirrors_where_the_training_does(tmp_path: Path) -> None:
    config = ExperimentConfig(
        data=DataConfig("cifar10-lt"),
        methods=parse_methods("ce"),
        epochs=1,
        optim=quick_recipe(batch_size=32),
    )
    script = snippet(config, 0)
    assert "            x = augmented(x, draw)\n" in script
    names = module(script)
    inputs = torch.rand(400, 3, 8, 8)
    found = names["augmented"](inputs, torch.Generator().manual_seed(1))  # type: ignore[operator]
    padded = torch.nn.functional.pad(inputs, (PAD, PAD, PAD, PAD))
    seen = []
    for image, whole in zip(found, padded, strict=True):
        (move,) = (
            (down, right, mirror)
            for down in range(2 * PAD + 1)
            for right in range(2 * PAD + 1)
            for mirror in (False, True)
            if torch.equal(
                image.flip(2) if mirror else image, whole[:, down : down + 8, right : right + 8]
            )
        )
        seen.append(move)
    assert [len(set(column)) for column in zip(*seen, strict=True)] == [9, 9, 2]
    assert PAD == epoch_plan.PAD
    black = torch.full((1, 3, 1, 1), -2.0)
    moved = names["augmented"](inputs, torch.Generator().manual_seed(1), black)  # type: ignore[operator]
    assert torch.equal(moved == -2, found == 0)


def test_a_script_does_not_crop_what_the_training_does_not_crop() -> None:
    assert {name for name, spec in DATASETS.items() if spec.augments} == {
        "cifar10-lt", "cifar100-lt", "images",
    }  # fmt: skip
    for config in (POINTS, DIGITS):
        assert "augmented" not in snippet(config, 0)


def module(script: str) -> dict[str, object]:
    """The names of a script that is imported and not run."""
    names: dict[str, object] = {"__name__": "train"}
    argv, sys.argv = sys.argv, ["train.py", "1"]
    try:
        exec(script, names)  # noqa: S102
    finally:
        sys.argv = argv
    return names


def test_a_label_cannot_break_out_of_the_docstring() -> None:
    config = ExperimentConfig(methods=parse_methods("ce~%22%22%22\nimport os"))
    tree = ast.parse(snippet(config, 0))
    assert isinstance(tree.body[0], ast.Expr)
    imported = [n.names[0].name for n in tree.body if isinstance(n, ast.Import)]
    assert "os" not in imported


def test_other_data_has_its_own_shape() -> None:
    script = snippet(
        ExperimentConfig(
            data=DataConfig("cifar10-lt"),
            model=ModelConfig("resnet32", {"blocks": 1}),
        ),
        0,
    )
    assert "torch.randn(10, 3, 32, 32, generator=draw)" in script
    assert re.search(r"len\(counts\),\s+blocks=1,", script)


@pytest.mark.parametrize(
    "method",
    [
        "harmonized[mix=mixup,anneal=0]",
        "balanced_softmax[mix=remix]",
        "ib[mix=mixup,sam=imbsam]",
        "ldam[sam=imbsam]:drw",
        "harmonized[mix=remix,sam=imbsam,anneal=0]",
    ],
)
def test_a_script_s_mixed_or_sharpness_aware_step_is_that_of_the_training(method: str) -> None:
    config = complete(ExperimentConfig(methods=parse_methods(method)))
    assert max(map(len, snippet(config, 0).splitlines())) <= 100
    (chosen,) = config.methods
    spec, counts = LOSSES[chosen.loss], torch.tensor([90, 30, 20, 9, 3])
    names = module(snippet(config, 0))
    network = build_model("mlp", (2,), 5, head=spec.head, generator=generator(0), hidden=6, depth=1)
    x, y = torch.randn(12, 2, generator=generator(1)), torch.arange(12) % 5
    order, share = torch.arange(12).roll(5), 0.7

    ours, theirs = (build_loss(chosen.loss, counts, **chosen.params) for _ in range(2))
    batch = Batch(x[None], y[None])
    given = [x, y]
    mixer = Mixing([chosen], counts)
    if mixer:
        batch = mixer.mix(*batch[:2], x[order][None], y[order][None], torch.full((12,), share))
        kept = torch.full((12,), share)
        if chosen.mix == "remix":
            kept = names["remix_share"](share, counts[y], counts[y[order]])  # type: ignore[operator]
        given = [share * x + (1 - share) * x[order], y, y[order], kept]
    ensemble = SeparateNetworks([network])
    sharp = tail_sharpness(ensemble.groups(), [chosen], counts)
    backward(ensemble, [ours], list(ensemble.parameters()), batch, sharp)
    expected = [None if w.grad is None else w.grad.clone() for w in network.parameters()]
    network.zero_grad()

    if chosen.sam == "none":
        names["pieces"](network, theirs, *given)[0].sum().backward()  # type: ignore[operator]
    else:
        tail = torch.tensor([False, False, False, True, True])
        names["sharpness_aware_gradients"](tail, network, theirs, *given)  # type: ignore[operator]
    for weight, gradient in zip(network.parameters(), expected, strict=True):
        if gradient is not None:
            torch.testing.assert_close(weight.grad, gradient)
    torch.testing.assert_close(theirs.state_dict(), ours.state_dict())
    assert theirs.training


def test_a_script_has_the_constants_of_the_training_and_the_method_s_weight_decay() -> None:
    assert (RHO, REMIX_RATIO) == (sharpness.RHO, mixing.REMIX_RATIO)
    assert mixing.REMIX_SHARE == 0.5
    script = snippet(ExperimentConfig(methods=parse_methods("ce[weight_decay=0.005]")), 0)
    assert "weight_decay=0.005)" in script


def test_a_script_says_that_the_post_hoc_step_is_left_to_do() -> None:
    plain, stepped = (
        snippet(ExperimentConfig(methods=parse_methods(text)), 0)
        for text in ("ce", "ce[posthoc=lws]")
    )
    assert "post-hoc" not in plain
    assert "post-hoc step `lws`" in (ast.get_docstring(ast.parse(stepped)) or "")
    assert max(map(len, stepped.splitlines())) <= 100


def test_a_method_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 to 2, but got 3"):
        snippet(ExperimentConfig(), 3)
