"""CIFAR is downloaded once and whole, read without pickles, and cut as the field cuts it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from harmony_core.config import DataConfig
from harmony_core.data import LongTailedDataset, build_dataset, cifar, download
from harmony_core.errors import DataError

TRAIN, TEST = 20, 2
NAMES = {
    "cifar10-lt": [f"thing {i}" for i in range(10)],
    "cifar100-lt": [f"t{i}" for i in range(100)],
}


def make_archive(name: str, *, leave_out: str = "") -> bytes:
    """An archive of CIFAR's layout, `TRAIN` and `TEST` images a class, record i filled with i."""
    archive = cifar.ARCHIVES[name]
    classes = len(NAMES[name])

    def records(n: int) -> bytes:
        rows = np.zeros((n * classes, archive.labels + cifar.PIXELS), dtype=np.uint8)
        rows[:, archive.labels - 1] = np.arange(n * classes) % classes
        rows[:, archive.labels :] = (np.arange(n * classes) % 251)[:, None]
        rows[:, archive.labels] = 7  # the first red pixel
        return rows.tobytes()

    train = records(TRAIN)
    share = len(train) // len(archive.train)
    files = {file: train[i * share :][:share] for i, file in enumerate(archive.train)}
    files[archive.test] = records(TEST)
    files[archive.names] = ("\n".join(NAMES[name]) + "\n\n").encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for file, content in files.items():
            if file != leave_out:
                info = tarfile.TarInfo(f"{archive.folder}/{file}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def patch(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, url: str = "") -> None:
    classes = len(NAMES[name])
    small = dataclasses.replace(
        cifar.ARCHIVES[name],
        md5=hashlib.md5(content).hexdigest(),
        size=len(content),
        train_size=TRAIN * classes,
        test_size=TEST * classes,
        **({"url": url} if url else {}),
    )
    monkeypatch.setitem(cifar.ARCHIVES, name, small)


@dataclasses.dataclass
class Server:
    """A web server that sends ``content``, cut short as long as ``cut`` is above 0."""

    url: str = ""
    content: bytes = b""
    cut: int = 0
    status: int = 200
    requests: int = 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.requests += 1
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()
            short = state.cut > 0
            state.cut -= 1
            if state.status == 200:
                self.wfile.write(state.content[: len(state.content) // 2 if short else None])

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "POLL", 0.01)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{http.server_port}/small.tar.gz"
        yield state
        http.shutdown()
        thread.join()


def load(
    name: str = "cifar10-lt", source: Path | str = "", factor: float = 10
) -> LongTailedDataset:
    config = DataConfig(name, {"archive": str(source)}, imbalance_factor=factor)
    return build_dataset(config, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_given_archive_is_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_archive(name)
    patch(monkeypatch, name, content)
    path = tmp_path / "mine.tar.gz"
    path.write_bytes(content)
    dataset = load(name, path)
    classes = len(NAMES[name])
    assert dataset.class_names == tuple(NAMES[name])
    assert (dataset.kind, dataset.augment) == ("images", True)
    assert dataset.train_counts[[0, -1]].tolist() == [TRAIN, TRAIN // 10]
    assert dataset.test_counts.tolist() == [TEST] * classes
    assert dataset.test_inputs.shape == (TEST * classes, 32, 32, 3)
    for row, image in enumerate(dataset.test_inputs[:20]):
        assert dataset.test_targets[row] == row % classes
        assert image[0, 0].tolist() == [7, row, row]
        assert (image[0, 1:] == row).all()


def test_a_download_is_shown_checked_and_used_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, data_cache: Path
) -> None:
    server.content = make_archive("cifar10-lt")
    patch(monkeypatch, "cifar10-lt", server.content, server.url)
    told: list[tuple[str, float | None]] = []
    config = DataConfig("cifar10-lt", imbalance_factor=10)
    first = build_dataset(config, 0, lambda text, share: told.append((text, share)))
    assert told[0][0].startswith("Downloading CIFAR-10: ")
    assert told[-1] == ("Reading CIFAR-10", None)
    asked = server.requests
    again = build_dataset(config, 0)
    other = build_dataset(config, 1)
    assert server.requests == asked
    assert np.array_equal(first.train_inputs, again.train_inputs)
    assert not np.array_equal(first.train_inputs, other.train_inputs)
    assert np.array_equal(first.test_inputs, other.test_inputs)
    assert not [path for path in data_cache.iterdir() if path.is_dir()]


def test_a_download_cut_short_is_tried_again_from_the_start(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = make_archive("cifar10-lt")
    server.cut = 2  # torchvision asks once for redirects and once for the file
    patch(monkeypatch, "cifar10-lt", server.content, server.url)
    assert load().train_counts[0] == TRAIN
    assert server.requests == 4


def test_a_damaged_file_in_its_place_is_replaced(
    server: Server, monkeypatch: pytest.MonkeyPatch, data_cache: Path
) -> None:
    server.content = make_archive("cifar10-lt")
    patch(monkeypatch, "cifar10-lt", server.content, server.url)
    data_cache.mkdir()
    (data_cache / "small.tar.gz").write_bytes(b"half")
    assert load().train_counts[0] == TRAIN


def test_a_file_put_in_its_place_needs_no_network(
    monkeypatch: pytest.MonkeyPatch, data_cache: Path
) -> None:
    content = make_archive("cifar10-lt")
    patch(monkeypatch, "cifar10-lt", content, "http://127.0.0.1:9/small.tar.gz")
    data_cache.mkdir()
    (data_cache / "small.tar.gz").write_bytes(content)
    assert load().train_counts[0] == TRAIN


@pytest.mark.parametrize("trouble", ["always cut", "not found", "no server"])
def test_without_a_download_the_manual_steps_are_given(
    server: Server, monkeypatch: pytest.MonkeyPatch, data_cache: Path, trouble: str
) -> None:
    server.content = make_archive("cifar10-lt")
    server.cut = 100 if trouble == "always cut" else 0
    server.status = 404 if trouble == "not found" else 200
    url = "http://127.0.0.1:9/small.tar.gz" if trouble == "no server" else server.url
    patch(monkeypatch, "cifar10-lt", server.content, url)
    with pytest.raises(DataError) as caught:
        load()
    for part in (url, hashlib.md5(server.content).hexdigest(), str(data_cache / "small.tar.gz")):
        assert part in str(caught.value)
    assert not (data_cache / "small.tar.gz").exists()


def test_a_download_that_stands_still_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = threading.Event()

    def hang(*_: object) -> None:
        release.wait(20)

    monkeypatch.setattr("torchvision.datasets.utils.download_url", hang)
    monkeypatch.setattr(download, "POLL", 0.01)
    monkeypatch.setattr(download, "PATIENCE", 0.03)
    with pytest.raises(DataError, match="nothing more after 0 MB"):
        download.fetch("http://127.0.0.1:9/x.bin", "0" * 32, 100, "X")
    release.set()


def test_another_file_is_not_taken_for_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "mine.tar.gz"
    path.write_bytes(make_archive("cifar10-lt"))
    with pytest.raises(DataError, match=r"mine\.tar\.gz to be cifar-10-binary\.tar\.gz \(md5 c32a"):
        load(source=path)


@pytest.mark.parametrize("left_out", ["test_batch.bin", "batches.meta.txt", "data_batch_3.bin"])
def test_an_archive_that_lacks_a_part_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    content = make_archive("cifar10-lt", leave_out=left_out)
    patch(monkeypatch, "cifar10-lt", content)
    path = tmp_path / "mine.tar.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=left_out):
        load(source=path)


def test_an_archive_with_too_few_images_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_archive("cifar10-lt")
    patch(monkeypatch, "cifar10-lt", content)
    archive = dataclasses.replace(cifar.ARCHIVES["cifar10-lt"], train_size=201)
    monkeypatch.setitem(cifar.ARCHIVES, "cifar10-lt", archive)
    path = tmp_path / "mine.tar.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Expected 201 train images .* but got 200"):
        load(source=path)


def test_images_of_another_number_of_classes_are_refused(
    pack: Callable[..., Path], two_classes: Callable[..., dict[str, bytes]]
) -> None:
    with pytest.raises(DataError, match="10 classes of CIFAR-10 .* but got 2.*`images`"):
        load(source=pack(two_classes()))


def test_images_of_cifar_may_come_as_a_zip(
    pack: Callable[..., Path], two_classes: Callable[..., dict[str, bytes]]
) -> None:
    names = tuple(f"class {i}" for i in range(10))
    dataset = load(source=pack(two_classes(train=5, test=1, classes=names)), factor=5)
    assert dataset.class_names == names
    assert dataset.train_inputs.shape[1:] == (32, 32, 3)
    assert dataset.train_counts.tolist() == [5, 4, 3, 2, 2, 2, 1, 1, 1, 1]


TEST_DATA = Path(os.environ.get("HARMONY_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
JPEGS = TEST_DATA / "cifar10-lt100-jpeg.zip"


@pytest.mark.slow
@pytest.mark.skipif(not JPEGS.exists(), reason="cifar10-lt100-jpeg.zip is not in HARMONY_TEST_DATA")
def test_a_real_zip_of_22406_jpegs_is_read_whole() -> None:
    dataset = load(source=JPEGS, factor=100)
    assert dataset.train_counts.tolist() == [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
    assert dataset.test_counts.tolist() == [1000] * 10
    assert dataset.class_names[:2] == ("airplane", "automobile")
    assert dataset.notes == ()
    # Planes stand before the sky, frogs do not.
    blue = dataset.test_inputs[..., 2].astype(float).mean(axis=(1, 2))
    assert blue[dataset.test_targets == 0].mean() > blue[dataset.test_targets == 6].mean() + 20
