"""The Arena by its controls: what they set up, what a click starts, what goes wrong in words."""

from __future__ import annotations

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.link import from_query, to_query
from harmony_core.runs.store import RunStore

from .conftest import FakeQueue, Open, finished, texts


def linked(at: AppTest) -> ExperimentConfig:
    """The experiment that the address bar holds."""
    return from_query({key: v for key, v in at.query_params.items() if key != "run"})


def run_in(at: AppTest) -> str:
    """The run that the address bar names."""
    run = at.query_params["run"]
    return run if isinstance(run, str) else run[0]


def images_zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"not read before training")
    return buffer.getvalue()


def test_the_default_arena_is_ready_to_train(open_page: Open) -> None:
    at = open_page()
    assert not at.exception
    assert not at.error
    assert not at.warning
    assert not at.button(key="train").disabled
    assert linked(at) == ExperimentConfig()


def test_train_starts_what_is_set_up(open_page: Open, queue: FakeQueue, store: RunStore) -> None:
    at = open_page(data="moons", factor="20", m=["ce", "harmonized~alpha-0.5"], epochs="5")
    at.button(key="train").click().run()
    assert not at.exception
    (run,) = queue.submitted
    assert run_in(at) == run
    config = store.get(run).config
    assert config.data.name == "moons"
    assert config.epochs == 5
    assert config.methods[1].params["alpha"] == 0.5
    assert 'data-run-state="queued"' in texts(at)
    assert at.button(key="stop")


def test_stop_asks_the_queue(open_page: Open, queue: FakeQueue) -> None:
    at = open_page()
    at.button(key="train").click().run()
    at.button(key="stop").click().run()
    assert queue.stopped == queue.submitted


def test_a_queue_that_refuses_is_reported_and_nothing_is_lost(
    open_page: Open, queue: FakeQueue
) -> None:
    queue.full = True
    at = open_page(data="rings", epochs="7")
    at.button(key="train").click().run()
    assert not at.exception
    assert "shut down" in at.error[0].value
    assert linked(at).data.name == "rings"
    assert linked(at).epochs == 7
    assert "shut down" in at.run().error[0].value  # a page that plays is drawn again and again
    at.select_slider(key="arena-factor").set_value(100.0).run()
    assert not at.error


def test_every_control_is_in_the_link(open_page: Open) -> None:
    at = open_page()
    at.select_slider(key="arena-factor").set_value(100.0).run()
    at.selectbox(key="arena-m1-loss").set_value("focal").run()
    at.slider(key="arena-m1-focal-gamma").set_value(3.0).run()
    at.selectbox(key="arena-m1-deferral").set_value("drw").run()
    at.selectbox(key="arena-m1-mix").set_value("remix").run()
    at.selectbox(key="arena-m1-sam").set_value("imbsam").run()
    at.selectbox(key="arena-m1-posthoc").set_value("tau_norm").run()
    at.selectbox(key="arena-m1-weight_decay").set_value("0.005").run()
    at.select_slider(key="arena-repeats").set_value(3).run()
    at.number_input(key="arena-seed-init").set_value(7).run()
    config = linked(at)
    assert config.data.imbalance_factor == 100
    assert config.methods[1].loss == "focal"
    assert config.methods[1].params == {"gamma": 3.0}
    assert config.methods[1].deferral == "drw"
    assert config.methods[1].mix == "remix"
    assert config.methods[1].sam == "imbsam"
    assert config.methods[1].posthoc == "tau_norm"
    assert config.methods[1].weight_decay == 0.005
    assert config.methods[0] == ExperimentConfig().methods[0]
    assert config.seeds.repeats == 3
    assert config.seeds.init == 7


def test_a_link_sets_every_control(open_page: Open) -> None:
    query = {
        "data": "clouds~spread-1.3",
        "factor": "37",
        "profile": "step",
        "noise": "0.07",
        "m": [
            "ldam",
            "harmonized~alpha-0.45~kappa-1.7",
            "ce~sampler-class_balanced~mix-mixup~weight_decay-0.003",
        ],
        "v": "4",
        "model": "mlp~hidden-48",
        "epochs": "33",
        "optim": "reference~lr-0.03~batch_size-48~warmup_epochs-1",
        "seeds": "data-3~repeats-4~vary-init",
        "device": "cpu",
    }
    at = open_page(**query)
    assert not at.exception
    assert to_query(linked(at)) == query


@pytest.mark.parametrize(
    "query", [{"data": "nowhere"}, {"factor": "-3"}, {"x": "1"}, {"data": "images~source-/etc"}]
)
def test_a_malformed_link_is_explained_and_the_default_shown(
    open_page: Open, query: dict[str, str]
) -> None:
    at = open_page(**query)
    assert not at.exception
    assert "Expected" in at.warning[0].value
    assert linked(at) == ExperimentConfig()
    at.select_slider(key="arena-epochs").set_value(20).run()
    assert not at.warning


def test_an_unknown_run_is_explained(open_page: Open) -> None:
    at = open_page(run="20260101-000000-abcd")
    assert not at.exception
    assert not at.error
    assert "not on this server" in at.info[0].value
    assert "run" not in at.query_params
    assert not at.button(key="train").disabled


@pytest.mark.parametrize("run", ["../../etc", "x" * 500, "<script>"])
def test_a_hostile_run_id_is_refused(open_page: Open, run: str) -> None:
    at = open_page(run=run)
    assert not at.exception
    assert "not on this server" in at.info[0].value
    assert "run" not in at.query_params


def test_a_finished_run_is_shown_with_its_config(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page(run=run)
    assert not at.exception
    said = texts(at)
    assert 'data-run-state="done"' in said
    assert "single seed" in said
    assert "Harmonized is ahead of Cross-entropy" in said
    assert [method.loss for method in linked(at).methods] == ["ce", "harmonized"]
    assert any("python -m harmony_core run" in code.value for code in at.code)
    assert not [button for button in at.button if button.key in ("stop", "resume")]


def test_results_name_the_groups_of_classes_that_there_are(
    open_page: Open, store: RunStore
) -> None:
    said = texts(open_page(run=finished(store)))  # 40, 20 and 10 training samples
    for name in ("Head", "Medium", "Tail", "Medium-shot (20 to 100)", "Few-shot (under 20)"):
        assert f">{name}<" in said
    assert "Many-shot" not in said


def test_results_say_what_they_rest_on(open_page: Open, store: RunStore) -> None:
    at = open_page(run=finished(store))  # 10 test samples of every class
    assert not at.exception
    assert "A balanced test set of 10 samples of every class." in texts(at)
    (told,) = (note.value for note in at.info if "test samples" in note.value)
    assert "Fewer than 30 test samples: A (10), B (10), C (10)." in told
    assert "off by up to 31 points" in told


def test_a_table_offers_the_share_to_hold_out(open_page: Open) -> None:
    source = "upload:" + "0" * 64
    at = open_page(v="3", data=f"table~source-{source}", profile="as_is")
    assert not at.exception
    at.slider(key="arena-data-table-test_share").set_value(0.3).run()
    assert linked(at).data.params["test_share"] == 0.3
    at = open_page(v="2", data=f"table~source-{source}", profile="as_is")
    assert linked(at).data.params["holdout"] == "smallest"


def test_repeats_have_a_selector_and_a_spread(open_page: Open, store: RunStore) -> None:
    at = open_page(run=finished(store, repeats=3))
    assert not at.exception
    said = texts(at)
    assert "three repeats" in said
    assert "±" in said
    assert at.button_group(key=f"repeat-{run_in(at)}")


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_what_did_not_finish_can_be_resumed(
    open_page: Open, store: RunStore, queue: FakeQueue, state: str
) -> None:
    run = finished(store, state=state)
    store.save(store.get(run).replace(epoch=1, error="" if state == "stopped" else "It broke."))
    at = open_page(run=run)
    assert not at.exception
    told = [element.value for element in (*at.error, *at.warning)]
    assert told == ([] if state == "stopped" else ["It broke."])
    at.button(key="resume").click().run()
    assert queue.submitted == [run]
    assert 'data-run-state="queued"' in texts(at)


def test_reset_goes_back_to_the_default(open_page: Open, store: RunStore) -> None:
    at = open_page(run=finished(store), data="rings", epochs="5")
    at.button(key="reset").click().run()
    assert not at.exception
    assert "run" not in at.query_params
    assert linked(at) == ExperimentConfig()


def test_methods_are_added_and_removed_between_two_and_four(open_page: Open) -> None:
    at = open_page()
    at.button(key="arena-add").click().run()
    assert len(linked(at).methods) == 4
    assert "arena-add" not in [button.key for button in at.button]
    at.button(key="arena-m1-remove").click().run()
    at.button(key="arena-m0-remove").click().run()
    assert linked(at).methods[0].loss == "harmonized"
    assert not [button for button in at.button if str(button.key).endswith("-remove")]
    assert not at.exception


def test_a_preset_sets_the_loss(open_page: Open) -> None:
    at = open_page()
    at.button(key="arena-m2-harmonized-preset literal").click().run()
    assert not at.exception
    params = linked(at).methods[2].params
    assert params["alpha"] == 1.0
    assert params["envelope"] is False
    at.button(key="arena-m2-harmonized-preset defaults").click().run()
    assert linked(at) == ExperimentConfig()


def test_long_trainings_keep_fewer_frames(open_page: Open) -> None:
    at = open_page(epochs="60")
    at.select_slider(key="arena-epochs").set_value(200).run()
    assert linked(at).record.every == 2
    at.select_slider(key="arena-epochs").set_value(20).run()
    assert linked(at).record.every == 1


def test_a_recipe_sets_the_optimiser(open_page: Open) -> None:
    at = open_page()
    at.button(key="arena-recipe-reference").click().run()
    assert to_query(linked(at))["optim"] == "reference"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is no archive", "ZIP"),
        (b"", "empty"),
        (images_zip("cats/1.png", "../dogs/1.png"), "Expected"),
        (images_zip("cats/1.png"), "class"),
    ],
)
def test_a_bad_zip_is_explained(open_page: Open, content: bytes, words: str) -> None:
    at = open_page(data="images", profile="as_is")
    assert at.button(key="train").disabled
    at.file_uploader[0].set_value(("mine.zip", content, "application/zip")).run()
    assert not at.exception
    assert words in at.error[0].value
    assert at.button(key="train").disabled


def test_a_good_zip_is_counted_and_linked_by_its_content(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    content = images_zip(*(f"{kind}/{i}.png" for kind in ("cats", "dogs") for i in range(6)))
    at = open_page(data="images", profile="as_is")
    at.file_uploader[0].set_value(("mine.zip", content, "application/zip")).run()
    assert not at.error
    assert "2 classes, 12 training images" in texts(at)
    assert linked(at).data.params["source"].startswith("upload:")
    at.button(key="train").click().run()
    assert store.get(queue.submitted[0]).config.data.params["source"].startswith("upload:")


@pytest.mark.parametrize("data", ["images", "cifar10-lt", "cifar100-lt"])
def test_no_box_takes_a_path_of_the_server(open_page: Open, data: str) -> None:
    at = open_page(data=data)
    assert not at.exception
    assert not [box.label for box in at.text_input if box.label.lower() in ("source", "archive")]


def test_an_upload_that_is_gone_is_explained(open_page: Open) -> None:
    at = open_page(data="images~source-upload:" + "ab" * 32, profile="as_is")
    assert not at.exception
    assert "Upload the file again" in at.error[0].value
