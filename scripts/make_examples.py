"""Write the example files of 'Inspect your data': python scripts/make_examples.py

Everything is drawn from random generators, nothing from a real collection. Each file has something
to find, described in `examples.json`.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "assets" / "examples"
SPECIES = {"oak": 900, "beech": 420, "pine": 210, "birch": 100, "rowan": 48, "yew": 22}
SHAPES = {"disc": 160, "square": 80, "triangle": 40, "ring": 22, "cross": 12}
TESTED = 12
EPOCH = (2026, 1, 1, 0, 0, 0)


def leaves(rng: np.random.Generator) -> str:
    """Measured leaves: a noisy tail, copies between train and test, gaps in rare classes."""
    centre = {
        "oak": (9.0, 5.5, 12.0, 0.8), "beech": (7.5, 5.0, 7.0, 0.2), "pine": (6.0, 0.3, 4.0, 0.0),
        "birch": (5.0, 3.8, 14.0, 0.5), "rowan": (5.8, 1.6, 13.0, 0.4), "yew": (2.6, 0.4, 5.0, 0.0),
    }  # fmt: skip
    names = list(SPECIES)
    rows: list[list[object]] = []
    for name, count in SPECIES.items():
        for _ in range(count):
            length, width, spin, lobes = rng.normal(centre[name], (1.2, 0.7, 2.0, 0.15))
            site = rng.choice(["ridge", "valley", "park"])
            given = name
            if rng.random() < (0.02 if count > 100 else 0.12):  # rare means noisy here
                given = names[rng.integers(0, 3)]
            rows.append([
                f"{length:.2f}", f"{width:.2f}", f"{spin:.1f}",
                "" if count < 60 and rng.random() < 0.15 else f"{abs(lobes):.2f}", site, given,
            ])  # fmt: skip
    order = rng.permutation(len(rows))
    split = ["test" if i % 5 == 0 else "train" for i in range(len(rows))]
    table = [[*rows[k], split[i]] for i, k in enumerate(order)]
    trained = [row for row in table if row[-1] == "train"]
    leaked, copied = (rng.choice(len(trained), n, replace=False) for n in (25, 30))
    table += [[*trained[k][:-1], "test"] for k in leaked]
    table += [trained[k] for k in copied]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["length_cm", "width_cm", "spin", "lobes", "site", "species", "split"])
    writer.writerows(table)
    return out.getvalue()


def sightings() -> str:
    """Counts only: 400 classes whose sizes follow a power law."""
    rng = np.random.default_rng(1)
    kinds = ("owl", "finch", "heron", "tern", "wren", "crake", "lark", "stilt", "plover", "snipe")
    marks = ("grey", "red", "white", "dusky", "river", "marsh", "stone", "long-tailed")
    places = ("northern", "southern", "island", "upland", "coastal")
    names = [f"{p} {m} {k}" for k in kinds for m in marks for p in places]
    counts = np.maximum(np.round(8_000 * np.arange(1, 401) ** -1.25), 1).astype(int)
    lines = [f"{names[i]},{n}" for i, n in zip(rng.permutation(400), counts, strict=True)]
    return "class,count\n" + "\n".join(lines) + "\n"


def photos(rng: np.random.Generator) -> str:
    """Several tags per row, separated by semicolons."""
    tags = ["sky", "people", "tree", "car", "water", "dog", "bridge", "snow", "kite", "owl"]
    share = 0.6 * 0.62 ** np.arange(len(tags))
    lines = ["brightness,contrast,faces,tags"]
    for _ in range(800):
        held = rng.random(len(tags)) < share
        found = [t for t, h in zip(tags, held, strict=True) if h]
        faces = rng.poisson(2) if "people" in found else 0
        lines.append(f"{rng.uniform(0, 1):.3f},{rng.uniform(0, 1):.3f},{faces},{';'.join(found)}")
    return "\n".join(lines) + "\n"


def shape(name: str, rng: np.random.Generator) -> Image.Image:
    """A dark shape on a cloudy background, 32 × 32."""
    ground = rng.integers(110, 240, (4, 4, 3)).astype(np.uint8)
    ink = rng.integers(10, 100, 3)
    image = Image.fromarray(ground).resize((64, 64), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    x, y = rng.uniform(20, 44, 2)
    r = rng.uniform(10, 19)
    fill = tuple(int(v) for v in ink)
    box = (x - r, y - r, x + r, y + r)
    if name == "disc":
        draw.ellipse(box, fill=fill)
    elif name == "ring":
        draw.ellipse(box, outline=fill, width=5)
    elif name == "square":
        draw.rectangle(box, fill=fill)
    elif name == "triangle":
        draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=fill)
    else:
        draw.line((x - r, y, x + r, y), fill=fill, width=6)
        draw.line((x, y - r, x, y + r), fill=fill, width=6)
    small = image.resize((32, 32), Image.Resampling.LANCZOS)
    noisy = np.asarray(small, dtype=float) + rng.normal(0, 3, (32, 32, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, quality: int = 75) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def shapes(rng: np.random.Generator) -> bytes:
    """Images by class, with leaks, a blank image, a damaged one and some in wrong folders."""
    entries: dict[str, bytes] = {}
    for name, count in SHAPES.items():
        for i in range(count):
            entries[f"train/{name}/{i:03}.jpg"] = jpeg(shape(name, rng))
        for i in range(TESTED):
            entries[f"test/{name}/{i:03}.jpg"] = jpeg(shape(name, rng))
    for i in range(6):
        entries[f"test/disc/{i:03}.jpg"] = entries[f"train/disc/{i + 50:03}.jpg"]
    entries["train/cross/copy.jpg"] = entries["train/cross/000.jpg"]
    entries["train/ring/blank.jpg"] = jpeg(Image.new("RGB", (32, 32), (200, 200, 200)))
    entries["train/triangle/damaged.jpg"] = entries["train/triangle/000.jpg"][:300]
    for i in range(3):
        entries[f"train/cross/wrong{i}.jpg"] = jpeg(shape("disc", rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), entries[name])
    return out.getvalue()


ABOUT = [
    {
        "file": "leaves.csv", "title": "Leaves (table)",
        "find": "The rare species have the most wrong labels and missing values, and 25 training "
        "rows are in the test split too.",
    },
    {
        "file": "sightings.csv", "title": "Sightings (counts only)",
        "find": "The sizes of 400 classes follow a power law: seven in ten have fewer than 20 "
        "samples.",
    },
    {
        "file": "photos.csv", "title": "Photo tags (several labels)",
        "find": "Tags come in combinations; each tag of a row is counted.",
    },
    {
        "file": "shapes.zip", "title": "Shapes (images)",
        "find": "Six test images are copies of training images; one is blank, one is damaged, and "
        "three crosses are discs.",
    },
]  # fmt: skip


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    made: dict[str, bytes] = {
        "leaves.csv": leaves(np.random.default_rng(0)).encode(),
        "sightings.csv": sightings().encode(),
        "photos.csv": photos(np.random.default_rng(2)).encode(),
        "shapes.zip": shapes(np.random.default_rng(3)),
        "examples.json": (json.dumps(ABOUT, indent=2) + "\n").encode(),
    }
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
