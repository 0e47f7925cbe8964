"""The soap film: a picture continued into a hole harmonically, on whole batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

RELAXATION, SWEEPS = 1.85, 30


def soap_film(cells: Tensor, mask: Tensor) -> Tensor:
    """`[N, 6, h, w]` continued harmonically where `mask` `[N, 1, h, w]` is 1, as
    src/restorers/painter/harmonic.ts does it; h and w multiples of 8."""
    luma = F.pixel_shuffle(cells[:, :4], 2)
    fine = F.interpolate(mask, scale_factor=2.0)
    filled = F.pixel_unshuffle(continued(luma, fine, 3), 2)
    return torch.cat([filled, continued(cells[:, 4:], mask, 2)], 1)


def continued(plane: Tensor, hole: Tensor, levels: int) -> Tensor:
    """Laplace's equation by successive over-relaxation, from the solution on a coarser grid on."""
    known = 1 - hole
    if levels > 0:
        weight = F.avg_pool2d(known, 2)
        small = F.avg_pool2d(plane * known, 2) / weight.clamp_min(0.01)
        guess = continued(small, (weight == 0).float(), levels - 1)
        guess = F.interpolate(guess, scale_factor=2.0, mode="bilinear", align_corners=False)
    else:
        guess = ((plane * known).sum((2, 3)) / known.sum((2, 3)).clamp_min(1))[..., None, None]
    plane = plane * known + guess * hole
    rows, columns = plane.shape[2:]
    odd = (torch.arange(rows)[:, None] + torch.arange(columns)) % 2
    colours = [RELAXATION / 4 * hole * odd, RELAXATION / 4 * hole * (1 - odd)]
    for _ in range(SWEEPS):
        for step in colours:
            wide = F.pad(plane, (1, 1, 1, 1), mode="replicate")
            around = wide[:, :, 1:-1, :-2] + wide[:, :, 1:-1, 2:]
            around += wide[:, :, :-2, 1:-1]
            around += wide[:, :, 2:, 1:-1]
            plane = plane + step * (around - 4 * plane)
    return plane


def again(cells: Tensor, hole: Tensor) -> Tensor:
    """As `soap_film`, with a hole of single samples, `[N, 6, h, w]`."""
    luma, fine = (F.pixel_shuffle(planes[:, :4], 2) for planes in (cells, hole))
    filled = F.pixel_unshuffle(continued(luma, fine, 3), 2)
    return torch.cat([filled, continued(cells[:, 4:], hole[:, 4:], 2)], 1)
