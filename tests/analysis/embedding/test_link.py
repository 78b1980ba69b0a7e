"""Settings and chosen samples in a link: both ways, short, and nothing else is let in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.analysis.embedding import EmbeddingSettings
from harmony_core.errors import ConfigError
from pages._embedding.link_text import chosen_text, read_chosen, read_settings, settings_text


@given(
    st.builds(
        EmbeddingSettings,
        layout=st.sampled_from(["umap", "pca", "plane"]),
        n_neighbors=st.integers(3, 100),
        min_dist=st.integers(0, 99).map(lambda i: i / 100),
        mixing=st.integers(0, 100).map(lambda i: i / 100),
        metric=st.sampled_from(["euclidean", "cosine"]),
        seed=st.integers(0, 2**31 - 1),
    )
)
def test_settings_come_back(settings: EmbeddingSettings) -> None:
    assert read_settings(settings_text(settings)) == settings


def test_only_what_is_unusual_is_written() -> None:
    assert settings_text(EmbeddingSettings()) == ""
    assert settings_text(EmbeddingSettings(mixing=0.0, n_neighbors=30)) == "k30_l0"
    assert read_settings("pca_cosine") == EmbeddingSettings("pca", metric="cosine")


@pytest.mark.parametrize(
    "text",
    [
        "k", "tsne", "k3x", "k2", "k15.5", "d1.5", "l-1", "k1e9", "pca_plane", "k20_k30", "_",
        "s99999999999", "k20_", "l" + "9" * 400, "<b>",
    ],
)  # fmt: skip
def test_other_settings_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        read_settings(text)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_chosen_samples_come_back(drawn: tuple[int, set[int]]) -> None:
    n, chosen = drawn
    text = chosen_text(sorted(chosen), n)
    assert (text == "") == (not chosen)
    if text:
        assert read_chosen(text, n) == sorted(chosen)


def test_a_choice_is_short_and_one_too_long_is_left_out() -> None:
    any_half = np.flatnonzero(np.random.default_rng(0).uniform(size=20_000) < 0.5)
    assert len(chosen_text(any_half[any_half < 2000], 2000)) < 360
    assert len(chosen_text(np.arange(300, 500), 2000)) < 40
    assert chosen_text(any_half, 20_000) == ""


def test_a_choice_of_other_samples_or_nonsense_is_refused() -> None:
    text = chosen_text([3, 99], 100)
    for wrong, n in (
        (text, 40),
        (text, 900),
        (text[:-4], 100),
        ("öl", 100),
        ("!", 100),
        ("A" * 3000, 9),
    ):
        with pytest.raises(ConfigError, match="Expected chosen samples among this map's"):
            read_chosen(wrong, n)
    bomb = chosen_text([0], 8 * 10**6)
    with pytest.raises(ConfigError):
        read_chosen(bomb, 100)
