"""Data sets of images as declarations."""

from __future__ import annotations

from ..parameters import Parameter
from .holdout import HOLDOUT
from .image_choices import AUTO, CROPS, PADDED, STREAM
from .spec import DatasetSpec

_ALL = ("exponential", "step", "pareto", "as_is")
_ARCHIVE = Parameter(
    "archive",
    "",
    "Path of the downloaded archive, or of a folder or ZIP of its images; empty to download it.",
)

IMAGES = (
    DatasetSpec(
        name="digits",
        title="Digits",
        summary="Handwritten digits, 8×8 pixels, 1,797 in all; they come with the software.",
        kind="images",
        parameters=(Parameter("test_per_class", 50, "Test images of every digit.", 10, 150),),
        factory="harmony_core.data.digits:load",
        default_model="small_cnn",
        classes=10,
        profiles=_ALL,
        features=True,
        lesson="The rarest digits have a handful of examples: which methods still read them, and "
        "how much of the difference is the luck of one seed?",
    ),
    DatasetSpec(
        name="cifar10-lt",
        title="CIFAR-10-LT",
        summary="Ten kinds of small photographs: the field's benchmark (170 MB, downloaded once).",
        kind="images",
        parameters=(_ARCHIVE,),
        factory="harmony_core.data.cifar:load",
        default_model="small_cnn",
        classes=10,
        profiles=_ALL,
        augments=True,
        lesson=(
            "Hard photographs can often be learned: with a deep network and patience, "
            "giving them more weight within their class adds a little to what the margin gains."
        ),
    ),
    DatasetSpec(
        name="cifar100-lt",
        title="CIFAR-100-LT",
        summary="A hundred kinds of small photographs (169 MB, downloaded once).",
        kind="images",
        parameters=(_ARCHIVE,),
        factory="harmony_core.data.cifar:load",
        default_model="small_cnn",
        classes=100,
        profiles=_ALL,
        augments=True,
        lesson="With a hundred classes, most of them are tail and have only a few samples each.",
    ),
    DatasetSpec(
        name="images",
        title="Your images",
        summary="A folder or ZIP with one folder of images for each class, tar shards or Parquet; "
        "squares are cut from the middle.",
        kind="images",
        parameters=(
            Parameter("source", "", "Path of a folder or ZIP, or the upload."),
            Parameter("size", 32, "Side of the squares the images become, in pixels.", 8, 256),
            Parameter(
                "limit_per_class", 0, "Most training images of a class; 0 keeps all.", 0, 100_000
            ),
            Parameter(
                "stream",
                AUTO,
                "Whether images stay on disk and are decoded as they are needed: where they would "
                "not fit in memory, or in any case, or in none.",
                choices=STREAM,
            ),
            Parameter(
                "crops",
                PADDED,
                "How training images are cut: `padded` moves the middle square by up to 4 pixels, "
                "`resized` takes any part of the image, as networks for ImageNet are trained.",
                choices=CROPS,
            ),
            *HOLDOUT,
        ),
        factory="harmony_core.data.images:load",
        default_model="small_cnn",
        classes=None,
        profiles=("as_is", "exponential", "step", "pareto"),
        augments=True,
        lesson="Your own tail: which classes does a plain network give up on?",
    ),
)
