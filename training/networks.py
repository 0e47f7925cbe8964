"""The generator, which mixes what was seen and adds what was not, and its discriminator."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CANDIDATES = 6
"""What the output may be mixed from: frame, past, future, background, and the frame smoothed over
3x3 cells once and three times."""
FINE = 0.1
"""Corrections are an order finer than the weights of the mix; so one learning rate suits both."""
RECOVERED_LIMIT = 16 / 255
"""A recovered cell departs from what was seen by at most this much (light, seams)."""
HALF_NORMAL = 0.7979
"""E|x| of a standard normal."""
STILL = 2 / 255
"""A memory that differs less than this from the frame shows the same thing, noise or not."""


def _across_cells(device: torch.device) -> tuple[Tensor, Tensor]:
    """Kernels that continue a picture into one hidden cell from the four beside it: for luma the
    harmonic function over its 2x2 samples, which weighs the samples next to the hole by 7/24, 2/24
    and 1/24 as they are near; for chroma the mean."""
    luma = torch.zeros(4, 4, 3, 3)
    for sample in range(4):
        row, column = divmod(sample, 2)
        for other in range(4):
            r, c = divmod(other, 2)
            weight = (7, 2, 1)[abs(r - row) + abs(c - column)] / 24
            # The sample of the hole at (r, c) touches one beside it and one above or below.
            luma[sample, 2 * r + 1 - c, 1, 0 if c == 0 else 2] += weight
            luma[sample, 2 * (1 - r) + c, 0 if r == 0 else 2, 1] += weight
    chroma = torch.tensor([[0, 1.0, 0], [1, 0, 1], [0, 1, 0]]).view(1, 1, 3, 3) / 4
    return luma.to(device), chroma.to(device)


def fill(picture: Tensor, mask: Tensor) -> Tensor:
    """Hidden cells from their known neighbours: harmonically from those beside them, else from ever
    coarser surroundings (push-pull, Gortler et al. 1996). `picture` [N, 6, h, w], `mask` 1 = hide;
    h and w multiples of 8."""
    known = 1 - mask
    luma, chroma = _across_cells(picture.device)
    near = F.conv2d(known, chroma, padding=1)
    beside = F.conv2d(picture[:, :4] * known, luma, padding=1)
    beside = beside / F.conv2d(known, luma.sum(1, keepdim=True), padding=1).clamp_min(0.01)
    colour = F.conv2d((picture[:, 4:] * known).flatten(0, 1).unsqueeze(1), chroma, padding=1)
    colour = colour.view_as(picture[:, 4:]) / near.clamp_min(0.01)
    by_neighbours = torch.cat([beside, colour], 1)
    levels = [(picture * known, known)]
    for _ in range(3):
        value, weight = levels[-1]
        levels.append((F.avg_pool2d(value, 2), F.avg_pool2d(weight, 2)))
    value, weight = levels[-1]
    for _ in range(2):
        value, weight = F.avg_pool2d(value, 5, 1, 2), F.avg_pool2d(weight, 5, 1, 2)
    # Beyond all reach: mid grey.
    coarse = (value + 0.5e-4) / (weight + 1e-4)
    for value, weight in reversed(levels[1:]):
        trust = (weight * 4).clamp(0, 1)
        coarse = coarse + trust * (value / weight.clamp_min(0.01) - coarse)
        coarse = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    filled = coarse + (near > 0.1).to(mask.dtype) * (by_neighbours - coarse)
    return picture + mask * (filled - picture)


class Block(nn.Module):
    """Two 3x3 convolutions with a skip."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.1)), 0.1))


class Up(nn.Module):
    """To twice the grid by a 1x1 convolution and depth-to-space."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width_in, width_out * 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.conv(x), 2)


class Generator(nn.Module):
    """A U-Net on the chroma grid that is handed its memory.

    For each cell it weighs six candidates (softmax, luma and chroma apart) and adds a residual.
    It does not start from nothing: the weights begin as those of the classical temporal filter,
    samples counted and memories that differ by more than the noise shut out; it corrects them.
    A hidden cell is mixed from the memories with a residual of at most RECOVERED_LIMIT, or painted:
    its neighbours continued, corrected; `invented` is the share of the painting, 1 where nothing
    was ever seen.
    Height and width must be multiples of 8 cells.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (24, 36, 64, 96)) -> None:
        super().__init__()
        self.widths = widths
        w0, w1, w2, w3 = widths
        self.head = nn.Conv2d(32, w0, 3, padding=1)
        self.down1 = nn.Conv2d(w0, w1, 3, stride=2, padding=1)
        self.enc1 = nn.Conv2d(w1, w1, 3, padding=1)
        self.down2 = nn.Conv2d(w1, w2, 3, stride=2, padding=1)
        self.enc2 = nn.Conv2d(w2, w2, 3, padding=1)
        self.down3 = nn.Conv2d(w2, w3, 3, stride=2, padding=1)
        self.bottom = nn.Sequential(Block(w3, 2), Block(w3, 4))
        self.up2 = Up(w3, w2)
        self.dec2 = nn.Conv2d(w2, w2, 3, padding=1)
        self.up1 = Up(w2, w1)
        self.dec1 = nn.Conv2d(w1, w1, 3, padding=1)
        self.up0 = Up(w1, w0)
        self.dec0 = nn.Conv2d(w0, w0, 3, padding=1)
        self.tail = nn.Conv2d(w0, 2 * CANDIDATES + 1 + 6 + 6, 1)
        self.caution = nn.Parameter(torch.tensor(4.0))
        nn.init.zeros_(self.tail.bias)
        with torch.no_grad():
            self.tail.weight.mul_(0.05)

    def forward(
        self, pictures: Tensor, counts: Tensor, mask: Tensor, sigma: Tensor, synthesis: Tensor
    ) -> dict[str, Tensor]:
        """`pictures` [N, 4, 6, h, w] in 0..1 (frame, past, future, background), `counts`
        [N, 3, h, w] samples behind each memory, `mask` [N, 1, h, w] 1 = repair, `sigma`
        [N, 1, h, w] in grey levels / 255, `synthesis` [N or 1, 1, 1, 1] 0 = paint only what
        nobody ever saw.
        Returns `picture` and `painting` [N, 6, h, w] and `invented` [N, 1, h, w]."""
        there = (counts > 0).to(mask.dtype)
        seen = torch.cat([1 - mask, there], 1)
        known = pictures * seen.unsqueeze(2)
        filled = fill(pictures[:, 0], mask)
        surprise = self._surprise(pictures, counts, sigma) * (1 - mask) * there
        trust = torch.log2(counts + 1) / 8
        given = torch.cat([filled, known[:, 1:].flatten(1, 2)], 1)
        x = torch.cat([given, mask, sigma * 4, trust, surprise.clamp(0, 4) / 4], 1)
        e0 = F.leaky_relu(self.head(x), 0.1)
        e1 = F.leaky_relu(self.enc1(F.leaky_relu(self.down1(e0), 0.1)), 0.1)
        e2 = F.leaky_relu(self.enc2(F.leaky_relu(self.down2(e1), 0.1)), 0.1)
        y = self.bottom(self.down3(e2))
        y = F.leaky_relu(self.dec2(F.leaky_relu(self.up2(y) + e2, 0.1)), 0.1)
        y = F.leaky_relu(self.dec1(F.leaky_relu(self.up1(y) + e1, 0.1)), 0.1)
        y = F.leaky_relu(self.dec0(F.leaky_relu(self.up0(y) + e0, 0.1)), 0.1)
        y = self.tail(y)
        samples = torch.log(counts.clamp_min(1))
        memories = samples * (1 - 0.5 * mask) - self.caution * F.relu(surprise - 1.1)
        nought = torch.zeros_like(mask)
        open_ = torch.cat([seen, 1 - mask, 1 - mask], 1)
        prior = torch.cat([nought, memories, nought, nought], 1) + (1 - open_) * -30.0
        soft = F.avg_pool2d(filled, 3, 1, 1, count_include_pad=False)
        softer = soft
        for _ in range(2):
            softer = F.avg_pool2d(softer, 3, 1, 1, count_include_pad=False)
        offers = torch.cat([known, torch.stack([soft, softer], 1)], 1)
        luma = torch.softmax(y[:, :6] + prior, 1).unsqueeze(2)
        chroma = torch.softmax(y[:, 6:12] + prior, 1).unsqueeze(2)
        mix = torch.cat([(offers[:, :, :4] * luma).sum(1), (offers[:, :, 4:] * chroma).sum(1)], 1)
        never = (seen.sum(1, keepdim=True) < 0.5).to(mask.dtype)
        invented = torch.maximum(never, torch.sigmoid(y[:, 12:13] - 2) * mask * synthesis)
        residual, painting = FINE * y[:, 13:19], FINE * y[:, 19:25] + filled
        bounded = RECOVERED_LIMIT * torch.tanh(residual / RECOVERED_LIMIT)
        shown = mix + residual + mask * (bounded - residual)
        picture = shown + invented * (painting - shown)
        return {"picture": picture, "painting": painting, "invented": invented}

    @staticmethod
    def _surprise(pictures: Tensor, counts: Tensor, sigma: Tensor) -> Tensor:
        """[N, 3, h, w]: how much each memory differs from the frame, 1 = as noise alone would."""
        widen = torch.sqrt(1 + 1 / counts.clamp_min(1))
        off = torch.stack([(pictures[:, k] - pictures[:, 0]).abs().mean(1) for k in (1, 2, 3)], 1)
        off = F.avg_pool2d(off, 3, 1, 1, count_include_pad=False)
        return off / (HALF_NORMAL * sigma * widen + STILL)

    def macs_per_cell(self) -> float:
        """Multiply-accumulates for one cell of the chroma grid."""
        scale = {"down1": 4, "enc1": 4, "dec1": 4, "up0": 4, "down2": 16, "enc2": 16, "dec2": 16}
        scale |= {"up1": 16, "down3": 64, "bottom": 64, "up2": 64}
        total = 0.0
        for name, module in self.named_modules():
            if isinstance(module, nn.Conv2d):
                size = math.prod(module.weight.shape)
                total += size / scale.get(name.split(".")[0], 1)
        return total


class PatchDiscriminator(nn.Module):
    """Judges overlapping patches of the six-channel picture beside its mask; spectral normalisation
    (Miyato et al. 2018) keeps it smooth. Patches as in pix2pix (Isola et al. 2017)."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()

        def conv(a: int, b: int, stride: int) -> nn.Module:
            return nn.utils.parametrizations.spectral_norm(nn.Conv2d(a, b, 4, stride, 1))

        self.layers = nn.ModuleList(
            [conv(7, width, 2), conv(width, 2 * width, 2), conv(2 * width, 4 * width, 1)]
        )
        self.judge = conv(4 * width, 1, 1)

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        x = torch.cat([picture, mask], 1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        return self.judge(x)
