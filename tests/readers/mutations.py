"""Files of every format that were cut, bent or put together wrong, each from a good one and a seed.

As a program it reads the files of a folder, in a process whose memory is limited like that of the
process which reads uploads, and says in a line of JSON what became of each.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

MEMORY_MB = 1_500
MAGIC = (
    b"PK\x03\x04", b"PAR1", b"ARROW1\0\0", b"\x93NUMPY\x01\x00", b"\x1f\x8b\x08\x00", b"BZh9",
    b"\xfd7zXZ\x00", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4", b"\xff\xfe", b"\xef\xbb\xbf", b"<?xml",
    b"MATLAB 5.0 MAT-file", b"SQLite format 3\0", b"\x80\x04\x95", b"\0\0\x08\x01",
)  # fmt: skip


def good_files() -> dict[str, bytes]:
    """One file of each format that the readers take."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from PIL import Image
    from pyarrow import feather
    from pyarrow import parquet as pq
    from scipy.io import savemat

    rows = [(i, i * 7 % 11 + 0.5, "abc"[i % 5 % 3]) for i in range(40)]
    frame = pd.DataFrame(rows, columns=["id", "x", "label"])
    text = frame.to_csv(index=False).encode()
    table = pa.Table.from_pandas(frame)
    picture = io.BytesIO()
    Image.new("RGB", (9, 7), (200, 30, 20)).save(picture, "PNG")
    images = {f"{c}/{i}.png": picture.getvalue() for c in "abc" for i in range(4)}

    def written(write: Callable[[io.BytesIO], object]) -> bytes:
        out = io.BytesIO()
        write(out)
        return out.getvalue()

    def shard(out: io.BytesIO) -> None:
        with tarfile.open(fileobj=out, mode="w") as tar:
            for i in range(6):
                for ending, content in (("png", picture.getvalue()), ("cls", b"%d" % (i % 2))):
                    entry = tarfile.TarInfo(f"{i:03d}.{ending}")
                    entry.size = len(content)
                    tar.addfile(entry, io.BytesIO(content))

    numbers, targets = np.arange(80.0).reshape(40, 2), np.arange(40) % 5 % 3
    boxes = [
        {"id": i, "image_id": i % 4, "category_id": i % 3, "bbox": [1, 1, 3, 3], "area": 9}
        for i in range(12)
    ]  # fmt: skip
    coco = {
        "images": [{"id": i, "file_name": f"{i}.png", "width": 9, "height": 7} for i in range(4)],
        "categories": [{"id": i, "name": c} for i, c in enumerate("abc")], "annotations": boxes,
    }  # fmt: skip
    arff = "@relation r\n@attribute x numeric\n@attribute label {a,b,c}\n@data\n"
    one_box = (
        "<annotation><filename>a.png</filename><size><width>9</width><height>7</height></size>"
        "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax>"
        "<ymax>4</ymax></bndbox></object></annotation>"
    )
    lines = "".join(json.dumps(dict(zip(frame, row, strict=True))) + "\n" for row in rows)
    return {
        "a.csv": text,
        "a.tsv": text.replace(b",", b"\t"),
        "a.csv.gz": gzip.compress(text, mtime=0),
        "a.csv.bz2": bz2.compress(text),
        "a.csv.xz": lzma.compress(text),
        "a.json": frame.to_json(orient="records").encode(),
        "a.jsonl": lines.encode(),
        "a.arff": (arff + "".join(f"{x},{c}\n" for _, x, c in rows)).encode(),
        "a.libsvm": "".join(f"{i % 3} 1:{i} 2:{x}\n" for i, x, _ in rows).encode(),
        "a.parquet": written(lambda out: pq.write_table(table, out)),
        "a.feather": written(lambda out: feather.write_feather(table, out)),
        "a.xlsx": written(lambda out: frame.to_excel(out, index=False)),
        "a.npz": written(lambda out: np.savez(out, x=numbers, y=targets)),
        "a.npy": written(lambda out: np.save(out, targets)),
        "a.mat": written(lambda out: savemat(out, {"X": numbers, "y": targets})),
        "a-idx1-ubyte": struct.pack(">HBBI", 0, 8, 1, 40) + targets.astype(np.uint8).tobytes(),
        "coco.json": json.dumps(coco).encode(),
        "images.zip": zipped(images),
        "voc.zip": zipped({"Annotations/a.xml": one_box.encode(), "a.png": images["a/0.png"]}),
        "yolo.zip": zipped({
            "data.yaml": b"names: [a, b]\n",
            "labels/train/0.txt": b"0 .5 .5 .1 .1\n1 .5 .5 .1 .1\n",
            "images/train/0.png": images["a/0.png"],
        }),
        "shard.tar": written(shard),
    }  # fmt: skip


def zipped(entries: dict[str, bytes]) -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def mutated(content: bytes, others: list[bytes], kind: str, draw: random.Random) -> bytes:
    """``content`` changed in one way."""
    n = len(content)
    at = draw.randrange(n)
    if kind == "cut":
        return content[: max(1, at)]
    if kind == "without its start":
        return content[at:]
    if kind == "flipped":
        bent = bytearray(content)
        for _ in range(draw.randint(1, 12)):
            bent[draw.randrange(n)] ^= 1 << draw.randrange(8)
        return bytes(bent)
    if kind == "huge numbers":
        bent = bytearray(content)
        for _ in range(4):
            start = draw.randrange(max(1, n - 4))
            bent[start : start + 4] = draw.choice([b"\xff\xff\xff\x7f", b"\xff" * 4, b"\0" * 4])
        return bytes(bent[:n])
    if kind == "another start":
        magic = draw.choice(MAGIC)
        return magic + content[len(magic) :]
    if kind == "part said often":
        end = min(n, at + draw.randint(1, 400))
        return content[:end] + content[at:end] * 300 + content[end:]
    if kind == "a hole":
        return content[:at] + b"\0" * draw.randint(1, 4_000) + content[at:]
    other = draw.choice(others)
    return content[:at] + other[draw.randrange(len(other)) :]


KINDS = (
    "cut", "without its start", "flipped", "flipped", "huge numbers", "another start",
    "part said often", "a hole", "two in one",
)  # fmt: skip


def make_all(folder: Path, seed: int = 5, times: int = 1) -> list[Path]:
    """Every good file changed in every way, each in a folder of its own."""
    good = good_files()
    paths = []
    for i, (name, content) in enumerate(good.items()):
        for k, kind in enumerate(KINDS * times):
            draw = random.Random(1_000 * seed + 100 * i + k)
            path = folder / f"{i:02d}-{k:02d}" / name
            path.parent.mkdir(parents=True)
            path.write_bytes(mutated(content, list(good.values()), kind, draw))
            paths.append(path)
    return paths


def read_all(folder: Path) -> None:
    """Read and count every file; a line of JSON before and after each."""
    from harmony_core.errors import HarmonyError
    from harmony_core.inspection import inspect_file
    from harmony_core.inspection.report.document import to_json
    from harmony_core.processes import limit_memory

    def say(line: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    limit_memory(MEMORY_MB)
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        say({"file": str(path)})
        try:
            found = inspect_file(path, quality=False)
            said: dict[str, object] = {"read": len(json.loads(to_json(found))["classes"])}
        except HarmonyError as error:
            said = {"refused": str(error)}
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            import traceback

            said = {"broke": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        say(said)


if __name__ == "__main__":
    read_all(Path(sys.argv[1]))
