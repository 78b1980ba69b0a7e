"""Weights trained on ImageNet, where torch keeps what it downloads; nothing is fetched here.

Imports no torch, so that a page can say what is there.
"""

from __future__ import annotations

import os
from pathlib import Path

FILES = {"resnet18": "resnet18-f37072fd.pth", "resnet50": "resnet50-11ad3fa6.pth"}
"""By network, the file that torchvision downloads."""


def weights_path(name: str) -> Path:
    """Where the weights of a network are if they are on this machine."""
    home = os.environ.get("TORCH_HOME") or str(
        Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "torch"
    )
    return Path(home) / "hub" / "checkpoints" / FILES[name]
