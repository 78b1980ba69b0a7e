"""Arrays under their usual names, from NumPy, MATLAB and MNIST's files."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file
from harmony_core.readers.tables import mat_process

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
Y = np.array([0] * 4 + [1] * 2)
X = np.zeros((6, 3))
COUNTS = {"0": 4, "1": 2}


def npz(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


@pytest.mark.parametrize(
    "names",
    ["X_train y_train X_test y_test", "x_tr y_tr x_te y_te", "trainX trainY testX testY",
     "xtrain ytrain xtest ytest", "train_images train_labels test_images test_labels",
     "data_train target_train data_test target_test"],
)  # fmt: skip
def test_names_of_splits(tmp_path: Path, names: str) -> None:
    a, b, c, d = names.split()
    contents = read_file(npz(tmp_path, **{a: X, b: Y, c: X[:2], d: Y[:2]}))
    assert by_split(contents) == {"train": COUNTS, "test": {"0": 2}}
    assert contents.features == ("x0", "x1", "x2")
    assert contents.label == b


def test_a_column_of_labels(tmp_path: Path) -> None:
    assert trained(
        read_file(npz(tmp_path, images=np.zeros((6, 4, 4), "u1"), labels=Y[:, None]))
    ) == (COUNTS)
    assert trained(read_file(npz(tmp_path, arr_0=X, arr_1=Y[:, None]))) == COUNTS


@pytest.mark.parametrize("kind", ["u1", "f4", bool])
def test_one_hot_labels(tmp_path: Path, kind: str) -> None:
    contents = read_file(npz(tmp_path, x=X, y=np.eye(3)[Y].astype(kind)))
    assert trained(contents) == COUNTS
    assert said(contents, "one-hot labels of 3 classes")


def test_rows_of_zeros_and_of_several_ones(tmp_path: Path) -> None:
    hot = np.eye(3)[Y]
    hot[0] = 0
    assert trained(read_file(npz(tmp_path, x=X, y=hot))) == {"0": 3, "1": 2}
    hot[:, 2] = 1
    contents = read_file(npz(tmp_path, x=X, y=hot))
    assert trained(contents) == {"0": 3, "1": 2, "2": 6}
    assert said(contents, "several labels a row")


def test_numbers_that_are_no_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"zeros and ones for each class, but got shape \(6, 2\)"):
        read_file(npz(tmp_path, x=X, y=np.full((6, 2), 0.25)))


def test_the_names_of_classes_are_not_the_labels(tmp_path: Path) -> None:
    contents = read_file(npz(tmp_path, classes=np.array(["a", "b"]), x=X, y=Y))
    assert trained(contents) == COUNTS
    assert said(contents, "neither features nor labels: 'classes'")


def test_channels_first_are_images(tmp_path: Path) -> None:
    pixels = np.arange(6 * 3 * 8 * 8, dtype=np.uint32).astype("u1").reshape(6, 3, 8, 8)
    contents = read_file(npz(tmp_path, x=pixels, y=Y))
    assert contents.images is not None
    assert contents.images.decode(np.arange(6), lambda _: None).width.tolist() == [8] * 6


def test_a_folder_of_arrays(tree: Tree) -> None:
    path = tree({})
    np.save(path / "x_train.npy", X)
    np.save(path / "y_train.npy", Y)
    np.save(path / "y_test.npy", Y[:2])
    np.save(path / "x_test.npy", X[:2])
    assert by_split(read_file(path)) == {"train": COUNTS, "test": {"0": 2}}


def test_objects_in_a_folder_of_arrays_are_refused(tree: Tree) -> None:
    path = tree({})
    np.save(path / "y.npy", np.array([{}, []], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="run code"):
        read_file(path)


def idx(array: Any) -> bytes:
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return struct.pack(">BBBB", 0, 0, 8, array.ndim) + shape + array.astype("u1").tobytes()


def test_mnist(tree: Tree) -> None:
    entries = {
        "MNIST/raw/train-images-idx3-ubyte": idx(np.zeros((6, 4, 4))),
        "MNIST/raw/train-labels-idx1-ubyte": idx(Y),
        "MNIST/raw/t10k-images-idx3-ubyte.gz": gzip.compress(idx(np.zeros((3, 4, 4)))),
        "MNIST/raw/t10k-labels-idx1-ubyte.gz": gzip.compress(idx(Y[:3])),
    }
    contents = read_file(tree(entries))
    assert contents.kind == "images"
    assert by_split(contents) == {"train": COUNTS, "test": {"0": 3}}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"train-images-idx3-ubyte": idx(np.zeros((6, 4, 4)))}, "Add the file of labels"),
        ({"train-labels-idx1-ubyte": idx(Y)[:-2]}, r"to hold shape \(6,\)"),
        ({"train-labels-idx1-ubyte": b"\0\0\x08\x04\xff"}, "is none|to hold shape"),
        ({"train-labels-idx1-ubyte.gz": gzip.compress(idx(Y))[:-9]}, "damaged"),
        ({"a-train-labels-idx1-ubyte": idx(Y), "b-train-labels-idx1-ubyte": idx(Y)}, "twice"),
    ],
)
def test_damaged_mnist_files_are_refused(tree: Tree, entries: dict[str, bytes], says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_file(tree(entries))


def test_one_file_of_mnist_is_no_data_set(tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(idx(Y))
    with pytest.raises(DataError, match="Choose the folder that holds both"):
        read_file(path)


def test_matlab(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    savemat(path, {"X": np.zeros((8, 8, 3, 6), "u1"), "y": Y[:, None] + 1})
    contents = read_file(path)
    assert (contents.kind, trained(contents)) == ("images", {"1": 4, "2": 2})
    savemat(path, {"labels": np.array([[1, 1, 2, 3]], "u1"), "info": "text"})
    contents = read_file(path)
    assert trained(contents) == {"1": 2, "2": 1, "3": 1}
    assert said(contents, "no numbers: 'info'")


def test_a_matlab_file_at_which_the_reader_crashes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = mat_process.start_module
    monkeypatch.setattr(
        mat_process, "start_module", lambda *_, **__: start("no.such.module", binary=True)
    )
    path = tmp_path / "a.mat"
    savemat(path, {"y": Y})
    with pytest.raises(DataError, match="the file is damaged"):
        read_file(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\x01IM" + b"\0" * 64, "MATLAB"),
        (b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512), "MATLAB 7.3 file"),
    ],
)
def test_other_matlab_files_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_file(path)
