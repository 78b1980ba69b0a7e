"""Near copies of images: the exact search over all pairs beside an index of nearest neighbours.

    python benchmarks/near_copies.py                  # 5,000, 20,000 and 100,000 thumbnails
    python benchmarks/near_copies.py --sizes 5000

Random thumbnails with detail at the scales of photographs; a tenth are altered copies of others
(brighter, with noise). The index is pynndescent's, with a fixed seed, on the same descriptors;
recall is the share of all pairs that it finds. Importing and compiling it is a line of its own, as
every inspection runs in a new process. On a busy machine compare CPU seconds, which sum over
threads.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._markdown_table import print_table
from harmony_core.inspection.quality.near_images import CORRELATION, near_pairs, unit
from harmony_core.readers.threads import one_thread

NEIGHBOURS = 10
SIDE = 16


def thumbnails(n: int) -> np.ndarray:
    """(n, 16, 16) uint8; the last tenth are altered copies of the first."""
    rng = np.random.default_rng(0)
    pixels = np.full((n, SIDE, SIDE), 128, dtype=np.float32)
    for cells, height in ((2, 60), (4, 40), (8, 25), (16, 8)):  # coarse detail is stronger
        layer = rng.normal(0, height, (n, cells, cells)).astype(np.float32)
        pixels += layer.repeat(SIDE // cells, 1).repeat(SIDE // cells, 2)
    copies = n // 10
    noise = rng.normal(0, 6, (copies, SIDE, SIDE)).astype(np.float32)
    pixels[n - copies :] = 0.8 * pixels[:copies] + 30 + noise
    return np.clip(pixels, 0, 255).astype(np.uint8)


def by_index(grey: np.ndarray) -> np.ndarray:
    """(p, 2) pairs at the same correlation among the nearest neighbours of an index."""
    from pynndescent import NNDescent

    points = unit(grey.reshape(len(grey), -1))
    index = NNDescent(points, metric="cosine", n_neighbors=NEIGHBOURS, random_state=0)
    neighbour, distance = index.neighbor_graph
    i = np.repeat(np.arange(len(points)), neighbour.shape[1])
    near = (distance.ravel() <= 1 - CORRELATION + 1e-6) & (neighbour.ravel() != i)
    pairs = np.sort(np.stack([i, neighbour.ravel()], axis=1)[near], axis=1)
    return np.unique(pairs, axis=0)


def row(n: int) -> list[str]:
    grey = thumbnails(n)
    started = time.perf_counter(), time.process_time()
    with one_thread():  # as in an inspection
        exact = near_pairs(grey)
    all_pairs = time.perf_counter() - started[0], time.process_time() - started[1]
    started = time.perf_counter(), time.process_time()
    found = by_index(grey)
    index = time.perf_counter() - started[0], time.process_time() - started[1]
    known = set(map(tuple, exact.tolist()))
    recall = len(known & set(map(tuple, found.tolist()))) / max(len(known), 1)
    took = [f"{wall:.1f} s ({cpu:.1f} s)" for wall, cpu in (all_pairs, index)]
    ratio = f"{index[1] / all_pairs[1]:.1f} ×"
    return [f"{n:,}", f"{len(exact):,}", *took, ratio, f"{recall:.1%}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 20_000, 100_000])
    given = parser.parse_args()
    started = time.perf_counter(), time.process_time()
    by_index(thumbnails(500))
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    print(f"Import and compilation of the index: {wall:.1f} s ({cpu:.1f} s CPU)\n", flush=True)
    searches = ("All pairs (CPU)", "pynndescent (CPU)", "CPU ratio", "Recall of the index")
    heads = ("Images", "Pairs", *searches)
    print_table(heads, map(row, given.sizes))


if __name__ == "__main__":
    main()
