"""The harmonized loss against cross-entropy, and GHM against a loop over bins, at every size.

    python benchmarks/loss.py [--repeats 7] [--quick] [--step resnet32]

Forward and backward on the same logits, n ∈ {128, 1024, 8192} and C ∈ {10, 100, 1000, 8142}, on the
CPU and on the GPU if there is one (eager, and replayed from a CUDA graph); then within a training
step. The largest logits take 0.3 GB; the peak is about 3 GB.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch

from harmony_core.bench.command import report
from harmony_core.bench.losses import rows, training_step
from harmony_core.training.malloc import keep_freed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7, metavar="N")
    parser.add_argument("--quick", action="store_true", help="without the largest sizes")
    parser.add_argument("--step", default="resnet32", metavar="MODEL")
    parser.add_argument(
        "--threads", type=int, metavar="N", help="PyTorch threads (default: PyTorch's choice)"
    )
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    keep_freed()
    names = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    made = []
    for device in map(torch.device, names):
        made += rows(not given.quick, given.repeats, device)
        made.append(training_step(given.step, 128, given.repeats, device))
    print(report(made, given.repeats))


if __name__ == "__main__":
    main()
