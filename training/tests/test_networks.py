"""The generator and the judges."""

from __future__ import annotations

import pytest
import torch

from alarm import CollapseAlarm, variety
from baselines import ContextEncoder
from discriminators import JUDGES, MultiScaleDiscriminator, PatchDiscriminator
from networks import RECOVERED_LIMIT, SEEN_LIMIT, Generator
from samples import hidden_samples

WIDTHS = (8, 8, 8, 8)


def given(rows: int = 16, columns: int = 24) -> list[torch.Tensor]:
    """Frame, memories, counts, mask, sigma, synthesis of a seen picture, nothing hidden."""
    frame = torch.rand(1, 6, rows, columns)
    return [
        frame,
        frame.repeat(1, 3, 1, 1),
        torch.full((1, 3, rows, columns), 9.0),
        torch.zeros(1, 5, rows, columns),
        torch.full((1, 1, rows, columns), 10 / 255),
        torch.ones(1, 1, 1, 1),
    ]


@pytest.mark.parametrize(
    "switches", [{}, {"attention": True}, {"norm": "batch"}, {"partial": True}, {"refined": True}]
)
def test_every_switch_gives_a_network_that_learns(switches):
    network = Generator(WIDTHS, **switches)
    if network.refine is not None:
        torch.nn.init.normal_(network.refine.tail.weight)
    made = network(*given())
    assert made["picture"].shape == (1, 6, 16, 24)
    made["picture"].mean().backward()
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)


def wild(refined: bool) -> Generator:
    """A network that would change everything as far as it may."""
    network = Generator(WIDTHS, refined=refined)
    torch.nn.init.normal_(network.tail.weight, std=3)
    network.tail.weight.data[12:16] = 0
    if network.refine is not None:
        torch.nn.init.normal_(network.refine.tail.weight, std=3)
    return network


def test_the_second_look_begins_as_no_change():
    network, case = Generator(WIDTHS, refined=True), given()
    second, network.refine = network(*case)["picture"], None
    assert torch.equal(second, network(*case)["picture"])


@pytest.mark.parametrize("refined", [False, True])
def test_what_lies_in_a_hole_cannot_change_the_result(refined):
    network = wild(refined)
    clean = given()
    clean[3][..., :1, 4:9, 5:12] = 1
    clean[2][..., 4:6, 5:8] = 0  # partly never seen
    spoiled = [x.clone() for x in clean]
    spoiled[0][..., 4:9, 5:12] = 77
    spoiled[1][..., 4:6, 5:8] = -55
    clean[1][..., 4:6, 5:8] = 3
    for a, b in zip(network(*clean).values(), network(*spoiled).values(), strict=True):
        assert torch.equal(a, b)


def test_a_hidden_sample_cannot_change_the_result_and_its_neighbours_stay():
    network = Generator(WIDTHS)
    one = given()
    one[3] = hidden_samples(torch.zeros(1, 1, 16, 24).index_put_(
        tuple(torch.tensor([v]) for v in (0, 0, 7, 9)), torch.tensor([241.0])
    ))  # fmt: skip
    other = [x.clone() for x in one]
    other[0][0, 0, 7, 9] = 50
    other[0][0, 4:, 7, 9] = 50
    assert torch.equal(network(*one)["picture"], network(*other)["picture"])
    assert network.hidden(one[3])[0, :, 7, 9].tolist() == [1, 0, 0, 0, 1, 1]


def test_three_samples_gone_are_the_whole_cell():
    mask = torch.tensor([255.0, 128.0, 247.0, 249.0, 0.0]).view(1, 1, 1, 5)
    hidden = hidden_samples(mask)[0, :, 0]
    assert hidden[0].tolist() == [1, 1, 1, 0, 0]
    assert hidden[:, 3].tolist() == [0, 1, 0, 0, 1]


@pytest.mark.parametrize("refined", [False, True])
def test_recovered_cells_stay_near_what_was_seen(refined):
    network = wild(refined)
    case = given()
    case[3][:, :1] = 1
    case[4][:] = 0  # noise in what was seen is taken away too
    case[5][:] = 0
    seen = case[0].clone()
    made = network(*case)
    assert made["invented"].max() == 0
    assert (made["picture"] - seen).abs().max() <= RECOVERED_LIMIT + 1e-4


@pytest.mark.parametrize("refined", [False, True])
def test_seen_cells_depart_by_what_noise_explains_and_not_at_all_without(refined):
    network = wild(refined)
    case = given()
    frame = case[0] = torch.full_like(case[0], 0.5)
    case[1][:] = 0.5
    assert (network(*case)["picture"] - frame).abs().max() <= SEEN_LIMIT * 10 / 255 + 1e-3
    case[4][:] = 0
    assert (network(*case)["picture"] - frame).abs().max() < 1e-3


def test_noise_left_in_a_mix_is_that_of_the_samples_behind_it():
    network = Generator(WIDTHS)
    share = torch.zeros(1, 12, 1, 1)
    share[:, [0, 6]] = 7.0  # the frame alone
    counts = torch.full((1, 3, 1, 1), 16.0)
    assert torch.allclose(network._noise_left(share, counts), torch.ones(1, 2, 1, 1), atol=1e-3)
    share[:] = 0
    share[:, [1, 2, 7, 8]] = 3.0  # past and future, 16 samples each
    assert torch.allclose(network._noise_left(share, counts) ** 2, torch.tensor(1 / 32), atol=1e-3)


def test_never_seen_cells_are_painted_whole():
    case = given()
    case[2][:] = 0
    case[3][..., :1, 2:5, 2:5] = 1
    made = Generator(WIDTHS)(*case)
    assert made["invented"][0, 0, 3, 3] == 1
    assert torch.isclose(made["picture"], made["painting"])[0, :, 3, 3].all()


def test_the_context_encoder_knows_no_memory():
    network = ContextEncoder(WIDTHS)
    case = given()
    other = [*case[:1], case[1] * 0, *case[2:]]
    assert torch.equal(network(*case)["picture"], network(*other)["picture"])


@pytest.mark.parametrize("name", list(JUDGES))
def test_judges_look_at_patches_and_give_their_features(name):
    judge = JUDGES[name](width=8)
    verdict = judge(torch.rand(3, 6, 32, 32), torch.ones(3, 1, 32, 32))
    assert all(scale.shape[:2] == (3, 1) and scale.shape[2] > 1 for scale in verdict.scales)
    assert len(verdict.features) == 3 * len(verdict.scales)
    assert len(verdict.all()) == sum(scale.numel() for scale in verdict.scales)
    few = torch.zeros(3, 1, 32, 32)
    few[0, 0, 5, 5] = 1
    touched = judge(torch.rand(3, 6, 32, 32), few)
    assert len(touched.scales) <= len(touched.all()) < len(verdict.all()) / 8


def test_a_patch_is_judged_by_itself():
    judge = PatchDiscriminator(8).eval()
    picture, mask = torch.rand(1, 6, 64, 64), torch.zeros(1, 1, 64, 64)
    other = picture.clone()
    other[..., 48:, 48:] = 0
    a, b = (judge(p, mask).scales[0][0, 0] for p in (picture, other))
    assert torch.equal(a[:4, :4], b[:4, :4]) and not torch.equal(a[-1, -1], b[-1, -1])


def test_the_multi_scale_judge_sees_each_scale():
    verdict = MultiScaleDiscriminator(8, scales=3)(
        torch.rand(1, 6, 64, 64), torch.ones(1, 1, 64, 64)
    )
    sizes = [scale.shape[-1] for scale in verdict.scales]
    assert len(sizes) == 3 and sizes[0] > sizes[1] > sizes[2]


def test_spectral_normalisation_bounds_every_layer():
    torch.manual_seed(1)
    judge = PatchDiscriminator(8, spectral=True).train()
    with torch.no_grad():
        for _ in range(60):
            judge(torch.rand(1, 6, 32, 32), torch.ones(1, 1, 32, 32))
    for layer in [*judge.layers, judge.judge]:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2) < 1.05
    loose = PatchDiscriminator(8, spectral=False)
    assert not hasattr(loose.layers[0], "parametrizations")


def test_the_alarm_rings_when_all_paintings_are_alike_and_once():
    alarm = CollapseAlarm(window=5)
    where = torch.ones(4, 1, 16, 16)
    real = torch.rand(4, 6, 16, 16) * torch.rand(4, 1, 1, 1)
    alike = torch.rand(1, 6, 16, 16).expand(4, 6, 16, 16)
    assert variety(alike, where) < 0.01 < variety(real, where)
    said = [alarm.look(1.2, variety(alike, where), variety(real, where)) for _ in range(8)]
    assert [text is not None for text in said] == [False] * 4 + [True] + [False] * 3
    assert "collapse" in said[4]


def test_the_alarm_rings_when_the_judge_has_won_and_is_silent_when_all_is_well():
    assert "judge has won" in [CollapseAlarm(1).look(0.01, 5, 5)][0]
    alarm = CollapseAlarm(window=3)
    assert [alarm.look(1.3, 4, 5) for _ in range(9)] == [None] * 9
