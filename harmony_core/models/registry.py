"""The networks that can be trained, declared without importing torch."""

from __future__ import annotations

from dataclasses import dataclass

from ..parameters import Parameter


@dataclass(frozen=True)
class ModelSpec:
    """What a picker needs to know about a network.

    ``factory``, a ``module:class``, is called with ``(input_shape, classes, head, **parameters)``.
    ``kinds`` are the kinds of data it takes. ``threads`` is the number of CPU threads with which it
    trains fastest, 0 for all: the threads of a tiny network wait more than they compute.
    """

    name: str
    title: str
    summary: str
    kinds: tuple[str, ...]
    factory: str
    parameters: tuple[Parameter, ...] = ()
    threads: int = 0


MODELS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="mlp",
            title="Small multilayer perceptron",
            summary="Fully connected layers with ReLU; seconds on a CPU.",
            kinds=("points", "table", "images"),
            factory="harmony_core.models.mlp:MLP",
            parameters=(
                Parameter("hidden", 64, "Units of each hidden layer.", low=2, high=1024),
                Parameter("depth", 2, "Number of hidden layers.", low=1, high=6),
            ),
            threads=1,
        ),
        ModelSpec(
            name="small_cnn",
            title="Small convolutional network",
            summary="Three convolutions, sized for a laptop CPU; no batch statistics.",
            kinds=("images",),
            factory="harmony_core.models.small_cnn:SmallCNN",
            parameters=(
                Parameter(
                    "width", 16, "Channels of the first layer; later ones double.", low=8, high=128
                ),
            ),
        ),
        ModelSpec(
            name="resnet32",
            title="CIFAR ResNet-32",
            summary="The usual network for CIFAR-LT; needs a GPU to be fast.",
            kinds=("images",),
            factory="harmony_core.models.resnet_cifar:CifarResNet",
            parameters=(
                Parameter(
                    "blocks",
                    5,
                    "Residual blocks in each of 3 stages; 6·blocks + 2 layers.",
                    low=1,
                    high=18,
                ),
            ),
        ),
        *(
            ModelSpec(
                name=f"resnet{layers}",
                title=f"ResNet-{layers}",
                summary=f"The network for ImageNet with {layers} layers, for images of 64 to 224 "
                "pixels; pretrained weights if they are on this machine. Needs a GPU to be fast.",
                kinds=("images",),
                factory=factory,
                parameters=(
                    Parameter(
                        "pretrained",
                        False,
                        "Begin with weights trained on ImageNet, which have to be on the machine.",
                    ),
                    Parameter(
                        "trained",
                        "all",
                        "`head` trains the last layer alone, on pretrained features.",
                        choices=("all", "head"),
                    ),
                ),
            )
            for layers, factory in (
                (18, "harmony_core.models.resnet_imagenet:ResNet18"),
                (50, "harmony_core.models.resnet_imagenet:ResNet50"),
            )
        ),
    )
}
"""All networks by name, in the order in which lists show them."""
