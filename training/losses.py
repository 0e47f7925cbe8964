"""What the generator and the discriminator are asked to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

COLOUR = 2.0
"""Weight of U and V beside a luma sample: in RGB a cell's chroma error counts as much as four
samples of luma, and PSNR is counted in RGB."""


def samples(error: Tensor) -> Tensor:
    """The weighted mean over a cell's six samples, `[N, 6, h, w]` to `[N, 1, h, w]`."""
    luma, chroma = error[:, :4].sum(1, keepdim=True), error[:, 4:].sum(1, keepdim=True)
    return (luma + COLOUR * chroma) / (4 + 2 * COLOUR)


def over(error: Tensor, weight: Tensor) -> Tensor:
    return (samples(error) * weight).sum() / weight.sum().clamp_min(1)


def charbonnier(difference: Tensor, weight: Tensor) -> Tensor:
    """A smooth L1 (Charbonnier et al. 1994), the mean over the weighted cells."""
    return over(torch.sqrt(difference * difference + 1e-6), weight)


def absolute(difference: Tensor, weight: Tensor) -> Tensor:
    """L1, the mean over the weighted cells."""
    return over(difference.abs(), weight)


def weighted_square(difference: Tensor, weight: Tensor) -> Tensor:
    """The squared error that PSNR counts, the mean over the weighted cells."""
    return over(difference * difference, weight)


def generator_minimax(fake: Tensor) -> Tensor:
    """log(1 - D(G)) (Goodfellow et al. 2014, equation 1): fades where the judge is sure."""
    return -F.softplus(fake).mean()


def generator_non_saturating(fake: Tensor) -> Tensor:
    """-log D(G) (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake).mean()


GENERATOR_LOSSES = {"minimax": generator_minimax, "non-saturating": generator_non_saturating}


def discriminator_adversarial(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G)): the same for both games."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def feature_matching(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """The mean absolute difference of the judge's features (Wang et al., pix2pixHD, 2018), each
    layer alike; what is real is not learned from."""
    terms = [(f - r.detach()).abs().mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(terms).mean()


def r1_penalty(verdict: Tensor, real: Tensor) -> Tensor:
    """Half the squared gradient of the verdict by the real picture (Mescheder et al. 2018), the
    mean over the batch. `real` must require gradients."""
    (slope,) = torch.autograd.grad(verdict.sum(), real, create_graph=True)
    return 0.5 * slope.square().flatten(1).sum(1).mean()
