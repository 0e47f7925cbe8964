"""Losses against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

import losses


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_minimax_is_log_of_one_minus_the_verdict():
    logits = torch.tensor([0.0, 2.0])
    by_hand = (math.log(1 - sigmoid(0)) + math.log(1 - sigmoid(2))) / 2
    assert float(losses.generator_minimax(logits)) == pytest.approx(by_hand)
    assert float(losses.generator_minimax(torch.zeros(1))) == pytest.approx(-math.log(2))


def test_non_saturating_is_minus_log_of_the_verdict():
    logits = torch.tensor([0.0, -3.0])
    by_hand = -(math.log(sigmoid(0)) + math.log(sigmoid(-3))) / 2
    assert float(losses.generator_non_saturating(logits)) == pytest.approx(by_hand)


def test_the_judge_is_charged_for_both_mistakes():
    real, fake = torch.tensor([1.5]), torch.tensor([-0.5])
    by_hand = -math.log(sigmoid(1.5)) - math.log(1 - sigmoid(-0.5))
    assert float(losses.discriminator_adversarial(real, fake)) == pytest.approx(by_hand)
    nothing_known = losses.discriminator_adversarial(torch.zeros(4), torch.zeros(4))
    assert float(nothing_known) == pytest.approx(2 * math.log(2))


def test_only_the_minimax_gradient_fades_when_the_judge_is_sure():
    # d/dx of log(1 - s(x)) is -s(x), of -log s(x) is s(x) - 1.
    for name, slope in (("minimax", -sigmoid(-6)), ("non-saturating", sigmoid(-6) - 1)):
        verdict = torch.tensor([-6.0], requires_grad=True)
        losses.GENERATOR_LOSSES[name](verdict).backward()
        assert float(verdict.grad) == pytest.approx(slope, rel=1e-4)


def test_feature_matching_is_the_mean_distance_layer_by_layer():
    real = [torch.zeros(1, 2, 2, 2), torch.full((1, 1, 1, 1), 3.0)]
    fake = [torch.ones(1, 2, 2, 2), torch.full((1, 1, 1, 1), 1.0)]
    assert float(losses.feature_matching(real, fake)) == pytest.approx((1 + 2) / 2)


def test_r1_is_half_the_squared_slope():
    real = torch.ones(2, 1, 1, 2, requires_grad=True)
    verdict = (real * torch.tensor([3.0, 4.0])).sum((1, 2, 3))
    assert float(losses.r1_penalty(verdict, real)) == pytest.approx(0.5 * (9 + 16))


def test_fidelity_counts_colour_double_and_only_where_it_is_asked():
    difference = torch.zeros(1, 6, 1, 2)
    difference[0, 0, 0, 0] = 0.8  # one luma sample of the first cell
    difference[0, 4, 0, 1] = 0.4  # U of the second
    first = torch.tensor([[[[1.0, 0.0]]]])
    assert float(losses.absolute(difference, first)) == pytest.approx(0.8 / 8)
    assert float(losses.absolute(difference, 1 - first)) == pytest.approx(2 * 0.4 / 8)
    assert float(losses.weighted_square(difference, first)) == pytest.approx(0.64 / 8)
    assert float(losses.charbonnier(difference, first)) == pytest.approx(0.8 / 8, abs=2e-3)
