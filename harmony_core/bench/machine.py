"""The machine and the versions of a measurement."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib import metadata
from pathlib import Path


def processor() -> str:
    """The processor's name, as the system reports it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load() -> str:
    """The load average of the last minute: processes that run or wait to run."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def describe() -> str:
    """Hardware, versions and load in one line."""
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    versions = ", ".join(
        f"{name} {_version(package)}"
        for name, package in (("PyTorch", "torch"), ("NumPy", "numpy"), ("torchvision",) * 2)
    )
    return (
        f"{processor()}, {os.cpu_count()} cores, load {load()} at the end; {gpu}; "
        f"{platform.system()}, Python {platform.python_version()}, {versions}"
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"
