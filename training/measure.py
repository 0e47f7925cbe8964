"""Measures by regime: PSNR, SSIM and sharpness of what was denoised, recovered and synthesised."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from samples import inputs, run

RGB_LUMA, RGB_U, RGB_V = 1.355, 1.41, 1.07
"""Mean squared RGB error for one of Y, U and V (BT.601, limited range, cross terms left out)."""
REGIMES = ("denoised", "recovered", "synthesised")


def rgb_error(difference: Tensor) -> Tensor:
    """`[N, 1, h, w]`: the squared error of a cell as RGB counts it."""
    square = difference * difference
    luma = square[:, :4].mean(1, keepdim=True)
    return RGB_LUMA * luma + RGB_U * square[:, 4:5] + RGB_V * square[:, 5:6]


def full_luma(cells: Tensor) -> Tensor:
    return F.pixel_shuffle(cells[:, :4], 2)


def ssim_map(a: Tensor, b: Tensor) -> Tensor:
    """SSIM of luma in 0..1 by 7x7 windows (Wang et al. 2004), one value a cell."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 7, 1, 3, count_include_pad=False)

    ma, mb = mean(a), mean(b)
    va, vb = mean(a * a) - ma * ma, mean(b * b) - mb * mb
    both = mean(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    value = (2 * ma * mb + c1) * (2 * both + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return F.avg_pool2d(value, 2)


def edges(luma: Tensor) -> Tensor:
    """Squared differences to the right and below, one value a cell."""
    right = F.pad(luma[:, :, :, 1:] - luma[:, :, :, :-1], (0, 1))
    below = F.pad(luma[:, :, 1:] - luma[:, :, :-1], (0, 0, 0, 1))
    return F.avg_pool2d(right * right + below * below, 2)


def regimes(given: dict[str, Tensor]) -> dict[str, Tensor]:
    """Which cells `[N, 1, h, w]` are of which regime; single hidden samples are synthesised."""
    whole = given["mask"][:, :1]
    some = given["mask"][:, 1:].amax(1, keepdim=True)
    ever = (given["counts"].amax(1, keepdim=True) > 0).float()
    return {
        "denoised": (1 - given["damaged"]) * (1 - whole) * (1 - some) * (given["sigma"] > 0),
        "recovered": whole * ever,
        "synthesised": whole * (1 - ever),
        "single": some,
    }


@torch.no_grad()
def measure(
    network: nn.Module, batches: list[Tensor], causal: bool = False, memory: bool = True
) -> dict[str, dict[str, float]]:
    """For each regime that occurs: `psnr` (dB, pooled), `ssim`, `sharpness` (the energy of edges
    beside that of the original: 1 = as sharp), and `input`, the PSNR of the frame as it was.
    `causal`: as in live, without the future; without `memory` the network is shown none, and what
    it would have recovered is measured as before."""
    was = network.training
    network.eval()
    sums: dict[str, Tensor] = {}
    for batch in batches:
        none = torch.zeros(len(batch), device=batch.device)
        given = inputs(batch, none + 1 if causal else none, none)
        where_of = regimes(given)
        if not memory:
            given["counts"] = torch.zeros_like(given["counts"])
        made, clean = run(network, given)["picture"].clamp(0, 1), given["clean"]
        result, original = full_luma(made), full_luma(clean)
        columns = [
            rgb_error(made - clean),
            ssim_map(result, original),
            edges(result),
            edges(original),
            rgb_error(given["frame"] - clean),
            torch.ones_like(clean[:, :1]),
        ]
        for name, where in where_of.items():
            entry = torch.stack([(column * where).sum().double().cpu() for column in columns])
            sums[name] = sums.get(name, torch.zeros(len(columns), dtype=torch.float64)) + entry
    network.train(was)
    out = {}
    for name, total in sums.items():
        error, ssim, sharp, truth, before, cells = (float(v) for v in total)
        if cells < 1:
            continue
        out[name] = {
            "psnr": -10 * math.log10(max(error / cells, 1e-9)),
            "ssim": ssim / cells,
            "sharpness": math.sqrt(sharp / max(truth, 1e-9)),
            "input": -10 * math.log10(max(before / cells, 1e-9)),
        }
    return out
