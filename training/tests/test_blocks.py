"""Building blocks: partial convolution, attention, filling."""

from __future__ import annotations

import torch
from torch import nn

from blocks import Fill, Mend, PartialConv, SelfAttention, normalisation


def test_partial_convolution_is_the_plain_one_where_all_is_known():
    for stride in (1, 2):
        layer = PartialConv(5, 7, 3, stride=stride, padding=1)
        plain = nn.Conv2d(5, 7, 3, stride=stride, padding=1)
        plain.load_state_dict(layer.state_dict())
        x = torch.randn(2, 5, 12, 10)
        out, known = layer(x, torch.ones(2, 1, 12, 10))
        assert torch.allclose(out, plain(x), atol=1e-5)
        assert known.min() == 1


def test_what_lies_in_a_hole_cannot_change_a_partial_convolution():
    layer = PartialConv(3, 4, 3, padding=1)
    known = torch.ones(1, 1, 9, 9)
    known[..., 3:7, 2:8] = 0
    x = torch.randn(1, 3, 9, 9)
    garbage = x + (1 - known) * torch.randn_like(x) * 100
    out, after = layer(x, known)
    assert torch.equal(out, layer(garbage, known)[0])
    # The hole shrinks by the reach of the kernel; deep inside nothing is known, and 0.
    assert after[0, 0, 4, 4] == 0 and out[0, :, 4, 4].abs().max() == 0
    assert after[0, 0, 3, 2] == 1


def test_partial_convolution_makes_good_for_what_is_missing():
    layer = PartialConv(1, 1, 3, padding=1, bias=False)
    nn.init.ones_(layer.weight)
    known = torch.ones(1, 1, 5, 5)
    known[..., :2] = 0
    out, _ = layer(torch.full((1, 1, 5, 5), 2.0), known)
    assert out[0, 0, 2, 2] == 18  # six of nine are seen: 12 * 9 / 6


def test_attention_begins_as_nothing_and_its_rows_sum_to_one():
    layer = SelfAttention(16)
    x = torch.randn(2, 16, 4, 6)
    assert torch.equal(layer(x), x)
    rows = layer.attend(x)
    assert rows.shape == (2, 24, 24)
    assert torch.allclose(rows.sum(-1), torch.ones(2, 24), atol=1e-5)


def test_attention_reaches_across_the_whole_picture():
    layer = SelfAttention(8)
    nn.init.ones_(layer.share)
    x = torch.randn(1, 8, 4, 16, requires_grad=True)
    layer(x)[0, :, 0, 0].sum().backward()
    assert x.grad[0, :, 3, 15].abs().sum() > 0


def test_a_ramp_continues_into_a_hole_of_one_cell():
    rows = torch.arange(10.0).view(10, 1).expand(10, 10) / 20
    cells = torch.stack([rows, rows, rows + 0.025, rows + 0.025, rows, rows]).unsqueeze(0)
    cells = nn.functional.pad(cells, (3, 3, 3, 3), mode="replicate")
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., 7, 8] = 1
    filled = Fill()(cells * (1 - mask), mask)
    assert (filled - cells).abs().max() < 0.008


def test_a_single_sample_is_mended_from_the_four_that_touch_it():
    picture = torch.rand(1, 6, 5, 5)
    hidden = torch.zeros(1, 6, 5, 5)
    hidden[0, 0, 2, 2] = 1  # top left of the middle cell
    out = Mend()(picture, hidden)
    beside = [picture[0, 1, 2, 2], picture[0, 2, 2, 2], picture[0, 1, 2, 1], picture[0, 2, 1, 2]]
    assert torch.isclose(out[0, 0, 2, 2], sum(beside) / 4)
    hidden_to = picture.clone()
    hidden_to[0, 0, 2, 2] = 9
    assert torch.equal(Mend()(hidden_to, hidden), out)


def test_normalisation_is_a_switch():
    assert isinstance(normalisation("batch", 4), nn.BatchNorm2d)
    assert isinstance(normalisation("none", 4), nn.Identity)
