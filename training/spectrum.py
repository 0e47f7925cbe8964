"""Shrinks noise among the frequencies of small blocks, and finds there what a memory lacks."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blocks import route

STRIDE = 2
"""Cells between blocks of 4x4 cells: each cell lies in four of them."""
FLOOR = 0.02 / 255
"""Noise below which nothing is shrunk."""
CHROMA = 0.55
"""White noise of RGB in subsampled chroma, beside luma."""


def cosines(size: int) -> Tensor:
    """The orthonormal DCT-II, one basis vector a row."""
    place = torch.arange(size) + 0.5
    basis = torch.cos(math.pi / size * torch.arange(size)[:, None] * place) * math.sqrt(2 / size)
    basis[0] /= math.sqrt(2)
    return basis


def luma_blocks() -> Tensor:
    """`[64, 4, 4, 4]`: 8x8 DCT of luma, from four samples in each of 4x4 cells."""
    full = torch.einsum("ay,bx->abyx", cosines(8), cosines(8))
    return full.reshape(64, 4, 2, 4, 2).permute(0, 2, 4, 1, 3).reshape(64, 4, 4, 4)


def chroma_blocks() -> Tensor:
    """`[32, 1, 4, 4]`: 4x4 DCT of U, then of V."""
    plane = torch.einsum("ay,bx->abyx", cosines(4), cosines(4)).reshape(16, 1, 4, 4)
    return torch.cat([plane, plane])


def backwards(kernel: Tensor, groups: int) -> Tensor:
    """`[M, C, 4, 4]` to `[4 groups C, M / groups, 2, 2]`: from the spectra of the 2x2 blocks that
    share a square of 2x2 cells to those cells, for pixel_shuffle; the mean of the four."""
    _, channels, _, _ = kernel.shape
    part = kernel.view(groups, -1, channels, 2, STRIDE, 2, STRIDE).flip(3, 5)
    part = part.permute(0, 2, 4, 6, 1, 3, 5).reshape(groups * channels * 4, -1, 2, 2)
    return part * (STRIDE / 4) ** 2


class Blocks(nn.Module):
    """To the frequencies of overlapping blocks and back; what is not changed comes back as it was.
    `analyse`: `[N, 6, h, w]` to `[N, 96, h/2 + 1, w/2 + 1]`, 64 of luma, 16 of U, 16 of V."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("luma", luma_blocks(), persistent=False)
        self.register_buffer("chroma", chroma_blocks(), persistent=False)
        self.register_buffer("luma_back", backwards(self.luma, 1), persistent=False)
        self.register_buffer("chroma_back", backwards(self.chroma, 2), persistent=False)

    def analyse(self, picture: Tensor) -> Tensor:
        x = F.pad(picture, (2, 2, 2, 2), mode="replicate")
        luma = F.conv2d(x[:, :4], self.luma, stride=STRIDE)
        return torch.cat([luma, F.conv2d(x[:, 4:], self.chroma, stride=STRIDE, groups=2)], 1)

    def compose(self, spectrum: Tensor) -> Tensor:
        luma = F.conv2d(spectrum[:, :64], self.luma_back)
        chroma = F.conv2d(spectrum[:, 64:], self.chroma_back, groups=2)
        return F.pixel_shuffle(torch.cat([luma, chroma], 1), STRIDE)

    def macs_per_cell(self, analyses: int = 2) -> float:
        return (self.luma.numel() + self.chroma.numel()) / STRIDE**2 * (analyses + 1)


class Shrink(nn.Module):
    """Frequencies of the mixed picture that its own noise explains are dropped (Yu and Sapiro, DCT
    denoising, 2011), in overlapping blocks; then those of the frame that differ from it by more
    than the frame's noise explains are taken from the frame: what moved and was mixed wrongly. How
    much is too much is learned, for each frequency; without noise the frame comes back as it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blocks = Blocks()
        mixed, found = torch.full((96, 1, 1), 2.0), torch.full((96, 1, 1), 3.3)
        for first in (0, 64, 80):
            mixed[first] = 0.01  # the mean of a block is kept
        mixed[64:] *= CHROMA
        found[64:] *= CHROMA
        self.mixed, self.found = nn.Parameter(mixed.log()), nn.Parameter(found.log())
        parts = [(k, 0 if k < 64 else 1) for k in range(96)]
        self.apart = route(parts, 2, 96)

    def forward(self, mixed: Tensor, frame: Tensor, noise: Tensor) -> Tensor:
        """`mixed`, `frame` [N, 6, h, w]; `noise` [N, 4, h, w]: of the mix in luma and chroma, of
        the frame in both, in the same unit."""
        own, new = self.blocks.analyse(mixed), self.blocks.analyse(frame)
        square = F.pad(noise * noise, (2, 2, 2, 2), mode="replicate")
        level = torch.rsqrt(F.avg_pool2d(square, 4, STRIDE) + FLOOR**2)
        own = keep(own, self._over(level[:, :2], self.mixed))
        off = new - own
        off = keep(off, self._over(level[:, 2:], self.found))
        return self.blocks.compose(own + off)

    def _over(self, level: Tensor, threshold: Tensor) -> Tensor:
        """1 / (noise * threshold) for each frequency."""
        return F.conv2d(level, self.apart.kernel * torch.exp(-threshold)[..., None])


def keep(value: Tensor, scale: Tensor) -> Tensor:
    """Nothing of `value` where it is well below 1 / `scale`, all of it where it is well above."""
    ratio = value * scale
    square = ratio * ratio
    return value - value / (1 + square * square)
