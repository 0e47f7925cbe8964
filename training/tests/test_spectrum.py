"""What the shrinking of frequencies promises."""

from __future__ import annotations

import torch

from spectrum import Blocks, Shrink, cosines, keep


def smooth_picture() -> torch.Tensor:
    """A slope: nothing that the lowest frequencies could not tell."""
    slope = torch.linspace(0.3, 0.6, 64).expand(48, 64)
    luma = [slope[r::2, c::2] for r in (0, 1) for c in (0, 1)]
    return torch.stack([*luma, slope[::2, ::2], slope[1::2, 1::2]])[None]


def noise(level: float, like: torch.Tensor) -> torch.Tensor:
    return torch.full((1, 4, *like.shape[-2:]), level)


def test_the_transform_is_orthonormal_and_comes_back_as_it_went():
    assert torch.allclose(cosines(8) @ cosines(8).T, torch.eye(8), atol=1e-6)
    blocks, picture = Blocks(), torch.rand(2, 6, 24, 40)
    spectrum = blocks.analyse(picture)
    assert spectrum.shape == (2, 96, 13, 21)
    assert torch.allclose(blocks.compose(spectrum), picture, atol=1e-5)


def test_without_noise_the_frame_comes_back_and_with_it_noise_goes():
    shrink, clean = Shrink(), smooth_picture()
    other = torch.rand_like(clean)
    assert torch.allclose(shrink(other, clean, noise(0, clean)), clean, atol=1e-3)
    sigma = 0.04
    noisy = clean + sigma * torch.randn_like(clean)
    before = (noisy - clean).square().mean()
    after = (shrink(noisy, noisy, noise(sigma, clean)) - clean).square().mean()
    # What the noise of the frame brings in above its threshold stays, for the network to judge.
    assert after < 0.4 * before


def test_what_the_memory_lacks_is_taken_from_the_frame():
    shrink, ground = Shrink(), smooth_picture()
    frame = ground.clone()
    frame[..., 8:20, 8:20] += 0.3  # it moved in; the mix knows nothing of it
    sigma = 0.02
    level = torch.cat([noise(sigma / 5, ground)[:, :2], noise(sigma, ground)[:, :2]], 1)
    made = shrink(ground, frame + sigma * torch.randn_like(frame), level)
    off = (made - frame)[..., 10:18, 10:18]
    assert off.square().mean().sqrt() < 1.2 * sigma
    still = (made - ground)[..., :, 26:].square().mean().sqrt()
    assert still < 0.5 * sigma


def test_what_is_small_goes_and_what_is_large_stays():
    value = torch.tensor([0.0, 0.3, 1.0, 3.0, 1e6])
    share = keep(value, torch.ones(5))[1:] / value[1:]
    assert share[0] < 0.01 and share[1] == 0.5 and share[2] > 0.98 and share[3] == 1


def test_no_noise_gives_finite_slopes():
    shrink, picture = Shrink(), torch.rand(1, 6, 16, 16, requires_grad=True)
    level = torch.zeros(1, 4, 16, 16, requires_grad=True)
    shrink(picture, picture * 0.9, level).square().sum().backward()
    found = [picture.grad, level.grad, *(p.grad for p in shrink.parameters())]
    assert all(torch.isfinite(g).all() for g in found)
