"""Each step of the picture against an independent computation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from harmony_core.analysis.embedding.features import mixed, probabilities, scaled
from harmony_core.analysis.embedding.graph import bandwidths, fuzzy_graph
from harmony_core.analysis.embedding.layout import pca, start_positions, turned_onto
from harmony_core.analysis.embedding.neighbours import nearest, overlap
from harmony_core.analysis.embedding.placement import choose_landmarks, place_others
from harmony_core.analysis.embedding.regions import draw_regions, enclosing_extent, read_map

RNG = np.random.default_rng(3)


def test_features_have_radius_one_and_stay_finite_when_constant() -> None:
    x = scaled(RNG.normal(5.0, 3.0, (50, 7)))
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    assert (x**2).sum(axis=1).mean() == pytest.approx(1, abs=1e-5)
    assert not scaled(np.full((5, 3), 0.1, dtype=np.float32)).any()


def test_cosine_ignores_length() -> None:
    rows = RNG.normal(size=(30, 4))
    longer = rows * RNG.uniform(0.5, 4.0, (30, 1))
    np.testing.assert_allclose(scaled(rows, "cosine"), scaled(longer, "cosine"), atol=1e-5)


def test_mixing_adds_the_squared_distances_of_both_parts() -> None:
    rows, p = RNG.normal(size=(20, 5)), probabilities(RNG.normal(size=(20, 3)))
    f, x = mixed(rows, p, 0.3), scaled(rows)
    both = 0.7 * ((x[0] - x[1]) ** 2).sum() + 0.3 * ((np.sqrt(p[0]) - np.sqrt(p[1])) ** 2).sum()
    assert ((f[0] - f[1]) ** 2).sum() == pytest.approx(both, rel=1e-4)
    assert mixed(rows, p, 0.0).shape == (20, 5)
    assert mixed(rows, p, 1.0).shape == (20, 3)


def test_neighbours_equal_a_full_sort() -> None:
    rows = RNG.normal(size=(40, 3)).astype(np.float32)
    full = np.linalg.norm(rows[:, None] - rows, axis=2)
    found = nearest(rows, 6)
    np.testing.assert_array_equal(found.index, np.argsort(full, axis=1)[:, :6])
    np.testing.assert_allclose(found.distance, np.sort(full, axis=1)[:, :6], atol=1e-5)


def test_a_sample_is_its_own_first_neighbour_among_duplicates() -> None:
    found = nearest(np.zeros((9, 2), dtype=np.float32), 4)
    np.testing.assert_array_equal(found.index[:, 0], np.arange(9))
    assert all(len(set(row)) == 4 for row in found.index.tolist())
    assert not found.distance.any()


def test_overlap_is_jaccard() -> None:
    a, b = np.array([[0, 1, 2, 3], [1, 0, 2, 3]]), np.array([[0, 3, 2, 9], [1, 3, 2, 0]])
    np.testing.assert_allclose(overlap(a, b), [0.5, 1.0])
    np.testing.assert_allclose(overlap(a, np.array([[0, 7, 8, 9], [1, 7, 8, 9]])), 0.0)


@pytest.mark.parametrize("duplicates", [0, 12])
def test_the_graph_equals_umaps(duplicates: int) -> None:
    """umap's own functions, run as plain Python: no compilation, no threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap.umap_ import compute_membership_strengths, smooth_knn_dist
    rows = RNG.normal(size=(40, 3)).astype(np.float32)
    rows[:duplicates] = rows[0]
    found = nearest(rows, 8)
    sigma, rho = smooth_knn_dist.py_func(found.distance, 8.0)
    ours = bandwidths(found.distance.astype(np.float64))
    np.testing.assert_allclose(ours[0], rho, atol=1e-5)
    np.testing.assert_allclose(ours[1], sigma, rtol=1e-3)
    i, j, w, _ = compute_membership_strengths.py_func(found.index, found.distance, sigma, rho)
    dense = np.zeros((40, 40))
    dense[i, j] = w
    union = dense + dense.T - dense * dense.T
    graph = fuzzy_graph(found)
    mine = np.zeros((40, 40))
    mine[graph.head, graph.tail] = graph.weight
    np.testing.assert_allclose(mine, union, atol=2e-4)


def test_pca_keeps_the_widest_directions_and_the_start_one_scale() -> None:
    rows = RNG.normal(size=(200, 5)) * np.array([9.0, 3.0, 0.1, 0.1, 0.1])
    flat = pca(rows)
    assert flat.std(axis=0) == pytest.approx([rows[:, 0].std(), rows[:, 1].std()], rel=0.05)
    start = start_positions(rows, seed=0)
    assert np.ptp(start, axis=0).max() == pytest.approx(10, abs=0.02)
    ratio = np.ptp(start, axis=0)[1] / np.ptp(start, axis=0)[0]
    assert ratio == pytest.approx(np.ptp(flat[:, 1]) / np.ptp(flat[:, 0]), rel=0.02)


def test_turning_undoes_a_rotation_and_a_mirror_but_no_scale() -> None:
    goal = RNG.normal(size=(30, 2))
    turned = goal @ np.array([[0.0, 1.0], [1.0, 0.0]]) + 7
    np.testing.assert_allclose(turned_onto(turned, goal), goal, atol=1e-5)
    twice = turned_onto(2 * turned, goal)
    assert twice.std() == pytest.approx(2 * goal.std(), rel=0.3)


def test_regions_are_the_networks_answer_and_blank_where_no_dot_is() -> None:
    dots = np.concatenate([RNG.normal(-5, 0.3, (60, 2)), RNG.normal(5, 0.3, (60, 2))])
    p = np.repeat(np.array([[0.9, 0.1], [0.2, 0.8]]), 60, axis=0)
    label, purity = draw_regions((-10, 10, -10, 10), dots, p, side=20)
    assert label[5, 5] == 0
    assert label[14, 14] == 1
    assert purity[5, 5] == purity[14, 14] == 255
    assert purity[10, 10] == purity[0, 19] == 0


def test_leaving_out_ignores_the_dots_own_answer() -> None:
    dots = RNG.normal(size=(40, 2))
    p = np.tile([0.9, 0.1], (40, 1))
    p[7] = [0.0, 1.0]
    assert read_map(dots, dots, p, leave_out_self=True).label[7] == 0
    same = np.zeros((40, 2))
    answer = read_map(same, same, p, leave_out_self=True)
    assert (answer.label == 0).all()


def test_room_is_kept_until_a_dot_leaves_it() -> None:
    dots = RNG.uniform(0, 10, (50, 2))
    first = enclosing_extent(dots)
    assert enclosing_extent(dots * 0.9 + 0.5, first) == first
    wider = enclosing_extent(dots * 2, first)
    assert wider[0] <= first[0]
    assert wider[1] > first[1]
    assert enclosing_extent(dots, wider) == wider


def test_landmarks_keep_rare_classes_whole() -> None:
    labels = np.repeat([0, 1, 2], [500, 60, 3])
    rows = choose_landmarks(labels, 100, seed=0)
    counts = np.bincount(labels[rows])
    assert len(rows) == len(set(rows.tolist())) == 100
    assert counts[2] == 3
    assert counts[1] > 40
    np.testing.assert_array_equal(choose_landmarks(labels, 1000, 0), np.arange(563))


def test_others_land_among_their_neighbours() -> None:
    rows = np.concatenate([RNG.normal(0, 0.1, (30, 4)), RNG.normal(9, 0.1, (30, 4))])
    places = np.repeat([[0.0, 0.0], [10.0, 0.0]], 30, axis=0)
    found = place_others(rows, rows[::2], places[::2])
    np.testing.assert_allclose(found, places, atol=1e-3)
