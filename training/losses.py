"""What the generator and the discriminator are asked to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def charbonnier(difference: Tensor, weight: Tensor) -> Tensor:
    """A smooth L1 (Charbonnier et al. 1994), the mean over the weighted cells."""
    error = torch.sqrt(difference * difference + 1e-6).mean(1, keepdim=True)
    return (error * weight).sum() / weight.sum().clamp_min(1)


def weighted_square(difference: Tensor, weight: Tensor) -> Tensor:
    """The squared error that PSNR counts, the mean over the weighted cells."""
    error = (difference * difference).mean(1, keepdim=True)
    return (error * weight).sum() / weight.sum().clamp_min(1)


def generator_adversarial(fake: Tensor) -> Tensor:
    """Non-saturating (Goodfellow et al. 2014, section 3): -log D(G)."""
    return F.softplus(-fake).mean()


def discriminator_adversarial(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G))."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()
