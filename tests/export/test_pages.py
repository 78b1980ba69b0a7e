"""The page of one file and the replay: what they hold, how they shrink, what they refuse."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

import pytest
import torch

from harmony_core import record
from harmony_core.config import ExperimentConfig
from harmony_core.errors import RunError
from harmony_core.export import offline_html, write_replay
from harmony_core.losses import build_loss
from harmony_core.recording import join
from harmony_core.runs import RunStore
from harmony_core.viewer.payload import VERSION, Payload, unpack_payload
from tests.export.conftest import Experiment

ASSET = Path(__file__).parents[2] / "assets" / "replays" / "checkerboard-arena.bin"


def held(page: str) -> Payload:
    packed = re.search(r'id="recording">([^<]+)<', page)
    assert packed is not None
    return unpack_payload(gzip.decompress(base64.b64decode(packed[1])))


def test_the_page_holds_all_epochs_and_says_where_it_is_from(
    experiment: Experiment, tmp_path: Path
) -> None:
    store, run_id = experiment
    record = store.get(run_id)
    recording = offline_html(store, record, tmp_path / "run.html")
    page = (tmp_path / "run.html").read_text("utf-8")
    assert recording.stride == 1
    assert recording.sentence == ""
    assert [frame["epoch"] for frame in held(page).meta["frames"]] == list(range(7))
    assert held(page).meta["bands"]["repeats"] == 2
    assert "<title>A &lt;b&gt;run&lt;/b&gt; &amp; more</title>" in page
    for text in (
        "our reconstruction", "over 2 seeds", " points on average (95 % interval ", "=1+1", run_id,
        f"torch {record.versions['torch']}", "Seeds of what is shown: data 0",
    ):  # fmt: skip
        assert text in page
    config = re.search(r"<pre>(\{.*?)</pre>", page, re.DOTALL)
    assert config is not None
    text = config[1].replace("&quot;", '"').replace("&amp;", "&").replace("&#x27;", "'")
    assert ExperimentConfig.from_json(text) == record.config


def test_a_page_that_would_be_too_large_keeps_fewer_epochs_and_says_so(
    experiment: Experiment, tmp_path: Path
) -> None:
    store, run_id = experiment
    record = store.get(run_id)
    whole = len(re.search(  # type: ignore[arg-type]
        r'id="recording">([^<]+)<', _written(store, run_id, tmp_path)
    )[1])  # fmt: skip
    recording = offline_html(store, record, tmp_path / "small.html", max_bytes=int(whole * 0.75))
    epochs = [f["epoch"] for f in held((tmp_path / "small.html").read_text("utf-8")).meta["frames"]]
    assert len(epochs) < 7
    assert epochs[0] == 0
    assert epochs[-1] == 6
    assert epochs[1] == recording.stride
    said = f"{len(epochs)} of 7 recorded epochs"
    assert said in recording.sentence
    assert said in (tmp_path / "small.html").read_text("utf-8")
    with pytest.raises(RunError, match="fit into 100 bytes"):
        offline_html(store, record, tmp_path / "no.html", max_bytes=100)
    assert not (tmp_path / "no.html").exists()


def _written(store: RunStore, run_id: str, folder: Path) -> str:
    offline_html(store, store.get(run_id), folder / "whole.html")
    return (folder / "whole.html").read_text("utf-8")


def test_a_page_asks_for_nothing_outside_itself(experiment: Experiment, tmp_path: Path) -> None:
    page = _written(*experiment, tmp_path)
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert page.count("</script>") == 2


def test_of_other_loops_a_page_claims_no_shared_samples(
    experiment: Experiment, tmp_path: Path
) -> None:
    shared = "All methods saw the same samples"
    assert shared in _written(*experiment, tmp_path)
    ids = []
    for loss in (build_loss("ce", [2, 2]), build_loss("harmonized", [2, 2], anneal=0)):
        with record(tmp_path, loss=loss) as run:
            loss(torch.randn(4, 2), torch.tensor([0, 1, 0, 1]))
            run.epoch()
        ids.append(run.id)
    store = RunStore(tmp_path)
    first, both = _written(store, ids[0], tmp_path), _written(store, join(tmp_path, ids), tmp_path)
    assert shared not in first + both
    assert "the last epoch on the test set" in first
    assert "our reconstruction" not in first
    assert "was not recorded: a difference between them may come from there" in both
    assert "our reconstruction" in both


def test_the_replay_is_a_payload_with_its_origin(experiment: Experiment, tmp_path: Path) -> None:
    store, run_id = experiment
    write_replay(store, store.get(run_id), tmp_path / "home.bin")
    payload = unpack_payload((tmp_path / "home.bin").read_bytes())
    assert payload.meta["since"] == -1
    assert len(payload.meta["frames"]) == 7
    origin = json.loads((tmp_path / "home.bin.json").read_text("utf-8"))
    assert origin["experiment"] == run_id
    assert ExperimentConfig.from_dict(origin["config"]) == store.get(run_id).config
    assert origin["bytes"] == (tmp_path / "home.bin").stat().st_size


def test_an_experiment_without_frames_has_no_page(experiment: Experiment, tmp_path: Path) -> None:
    store, run_id = experiment
    empty = RunStore(tmp_path / "runs")
    with pytest.raises(RunError, match="has not"):
        offline_html(empty, empty.create(store.get(run_id).config), tmp_path / "x.html")


def test_the_start_page_s_recording_is_of_this_version() -> None:
    """If this fails, the payload has changed: run scripts/make-replay and commit the result."""
    payload = unpack_payload(ASSET.read_bytes())
    assert payload.meta["version"] == VERSION
    assert payload.meta["since"] == -1
    assert len(payload.meta["frames"]) >= 30
    assert len(payload.meta["scene"]["methods"]) == 3
    assert ASSET.stat().st_size < 1_000_000
    origin = json.loads(ASSET.with_name("checkerboard-arena.bin.json").read_text("utf-8"))
    assert origin["config"]["data"]["name"] == "checkerboard"
    assert origin["bytes"] == ASSET.stat().st_size
