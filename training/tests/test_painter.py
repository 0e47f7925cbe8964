"""The painter: its samples are what they say, it sees through veils, it trains."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from painter_data import (
    COLOUR,
    FILM,
    GUESS,
    MASK,
    OPACITY,
    PICTURES,
    PLANES,
    SEEN,
    SIDE,
    TRUTH,
    Pictures,
    increasing,
    make_samples,
)
from painter_film import continued
from painter_network import PainterNet, paint, rough_opacity
from painter_train import Trainer, given_of

ROOM = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def samples(raw) -> torch.Tensor:
    return make_samples(np.random.default_rng(4), Pictures(raw, set(), False), 12)


def test_a_film_is_a_ramp_where_a_ramp_was_and_leaves_the_rest():
    ramp = torch.arange(48.0).repeat(1, 1, 48, 1) + 0.5 * torch.arange(48.0)[:, None]
    hole = torch.zeros(1, 1, 48, 48)
    hole[..., 12:34, 9:30] = 1
    filled = continued(torch.where(hole > 0, torch.tensor(255.0), ramp), hole, 3)
    assert (filled - ramp).abs().max() < 0.5
    assert torch.equal(filled[hole == 0], ramp[hole == 0])


def test_samples_show_the_truth_through_what_hides_it(samples):
    assert samples.shape == (12, PLANES, SIDE, SIDE) and samples.dtype == torch.uint8
    seen, film, truth, opaque = (samples[:, w].int() for w in (SEEN, FILM, TRUTH, OPACITY))
    hidden = (samples[:, MASK] > 0).expand_as(seen)
    assert hidden.any() and not hidden.all()
    assert torch.equal(film[~hidden], seen[~hidden])
    opaque_outside = opaque[~hidden]
    assert opaque_outside.max() < 0.3 * 255
    # What is hidden altogether shows nothing of the scene.
    assert (opaque[hidden] > 250).any()
    assert (truth != seen)[hidden].float().mean() > 0.5


def test_the_colour_of_a_patch_is_told_in_it_and_nowhere_else(samples):
    outside = samples[:, MASK] == 0
    assert (samples[:, COLOUR][outside.expand(-1, 3, -1, -1)] == 0).all()
    assert (samples[:, COLOUR] > 0).any()


def test_nothing_is_said_of_cells_that_are_not_hidden(samples):
    given, _ = given_of(samples)
    network = PainterNet()
    torch.nn.init.normal_(network.out.weight)
    opacity, gain, rest = network(*given)
    outside = given[3] == 0
    assert gain[outside.expand_as(gain)].abs().max() == 0
    assert rest[outside.expand_as(rest)].abs().max() == 0
    assert opacity.min() >= 0 and opacity.max() <= 1


def test_rough_opacity_is_the_way_from_film_to_dirt():
    contrast = torch.full((1, 6, 8, 8), -0.4)
    assert torch.allclose(rough_opacity(0.5 * contrast, contrast), torch.tensor(0.5), atol=0.01)
    assert rough_opacity(0 * contrast, 0 * contrast).abs().max() == 0


def test_the_increasing_function_that_fits_best():
    x, y = np.float32([0.1, 0.5, 0.6, 1.0]), np.float32([0, 0.9, 0.5, 1])
    fit = increasing(x, y, np.float32([1, 1, 3, 1]))
    assert list(fit) == sorted(fit)
    assert fit[0] == pytest.approx(0, abs=0.02) and fit[3] == pytest.approx(1, abs=0.02)
    assert 0.4 < fit[1] < 0.6 < fit[2] < 0.8


def test_opacity_is_guessed_well_where_dirt_is_plain(samples):
    plain = (samples[:, COLOUR][:, :1] > 0).expand(-1, 4, -1, -1)
    guess, true = (samples[:, which][:, :4].float()[plain] for which in (GUESS, OPACITY))
    assert (guess - true).abs().mean() < 0.12 * 255
    hidden = (samples[:, MASK] > 0).expand(-1, 4, -1, -1)
    assert (samples[:, GUESS][:, :4][hidden & ~plain] == 255).all()


def test_a_veil_is_undone_by_arithmetic_alone():
    """Texture that comes through dirt which hides 40 % of it, on ground that the film knows."""
    film = torch.full((1, 6, 16, 16), 0.6)
    texture = torch.zeros_like(film)
    texture[:, (0, 3)], texture[:, (1, 2)] = 0.1, -0.1
    mask, guess = torch.ones(1, 1, 16, 16), torch.full((1, 4, 16, 16), 0.4)
    colour = torch.full((1, 3, 16, 16), 0.1)
    scene = film + texture
    seen = scene + 0.4 * (0.1 - scene)
    network = PainterNet()
    with torch.no_grad():
        network.out.bias[4:8] = -1.5
        made, _ = paint(network, seen, film, guess, mask, colour)
    assert (made - scene).abs().max() < 0.02
    assert (seen - scene).abs().min() > 0.1


def test_training_lowers_the_loss_resumes_and_plays_the_game(raw, tmp_path):
    import argparse

    held_out = raw / "held-out-clips"
    if not held_out.exists():
        held_out.symlink_to(raw / "clips")
    options = argparse.Namespace(
        raw=raw, skip="", out=tmp_path, minutes=9.0, steps=12, batch=2, rate=1e-3, warm=None,
        judge="patch", adversarial=0.5, weight=0.01, watched=1, pool=16, every=6, threads=1, seed=1,
    )  # fmt: skip
    first = Trainer(options)
    first.run()
    assert first.alarm.judge, "nobody was asked"
    assert (tmp_path / "painter.pt").exists() and (tmp_path / "scores.json").exists()
    options.steps = 18
    again = Trainer(options)
    assert again.course.step == 12
    again.run()
    assert again.course.step == 18


def test_planes_of_pictures_come_first_so_that_turning_over_turns_them_all():
    assert max(w.stop for w in (SEEN, FILM, TRUTH, OPACITY, GUESS)) == 6 * PICTURES


def test_grow_painter_goes_from_nothing_to_weights(raw, tmp_path):
    subprocess.run([ROOM / "grow-painter.sh", "smoke", raw, tmp_path], check=True)
    assert (tmp_path / "run" / "painter.pt").exists()
