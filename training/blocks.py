"""The parts that networks are made of: convolutions of fixed kernels, filling, and switches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Fixed(nn.Module):
    """A convolution whose kernel is arithmetic, not learned: a runtime does it at the speed of a
    layer, where slices, stacks and sums of small planes cost as much as the network itself."""

    def __init__(self, kernel: Tensor) -> None:
        super().__init__()
        self.register_buffer("kernel", kernel, persistent=False)
        self.padding = kernel.shape[-1] // 2

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel, padding=self.padding)


def route(pairs: list[tuple[int, int]], inputs: int, outputs: int) -> Fixed:
    """Adds input channel `i` to output channel `o` for each pair `(o, i)`."""
    kernel = torch.zeros(outputs, inputs, 1, 1)
    for to, come in pairs:
        kernel[to, come] += 1
    return Fixed(kernel)


def widen(planes: int) -> Fixed:
    """`[N, planes]` to `[N, 6 * planes]`: one value a cell for each of its six samples."""
    return route([(6 * k + c, k) for k in range(planes) for c in range(6)], planes, 6 * planes)


def _across_cells() -> Tensor:
    """Kernels that continue a picture into one hidden cell from the four beside it: for luma the
    harmonic function over its 2x2 samples, which weighs the samples next to the hole by 7/24, 2/24
    and 1/24 as they are near; for chroma the mean."""
    kernel = torch.zeros(6, 6, 3, 3)
    for sample in range(4):
        row, column = divmod(sample, 2)
        for other in range(4):
            r, c = divmod(other, 2)
            weight = (7, 2, 1)[abs(r - row) + abs(c - column)] / 24
            # The sample of the hole at (r, c) touches one beside it and one above or below.
            kernel[sample, 2 * r + 1 - c, 1, 0 if c == 0 else 2] += weight
            kernel[sample, 2 * (1 - r) + c, 0 if r == 0 else 2, 1] += weight
    for chroma in (4, 5):
        for row, column in ((0, 1), (1, 0), (1, 2), (2, 1)):
            kernel[chroma, chroma, row, column] = 0.25
    return kernel


def _across_samples() -> Tensor:
    """Kernels that continue a picture into single luma samples from the four that touch them, two
    of them in the cell itself; for chroma the mean of the cells beside."""
    kernel = _across_cells()
    kernel[:4] = 0
    for sample in range(4):
        r, c = divmod(sample, 2)
        kernel[sample, 2 * r + 1 - c, 1, 1] = kernel[sample, 2 * (1 - r) + c, 1, 1] = 0.25
        kernel[sample, 2 * r + 1 - c, 1, 0 if c == 0 else 2] = 0.25
        kernel[sample, 2 * (1 - r) + c, 0 if r == 0 else 2, 1] = 0.25
    return kernel


class Mend(nn.Module):
    """Fills single hidden samples of cells that are otherwise seen; `hidden` [N, 6] 1 = hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.across = Fixed(_across_samples())

    def forward(self, picture: Tensor, hidden: Tensor) -> Tensor:
        known = 1 - hidden
        guess = self.across(picture * known) / self.across(known).clamp_min(0.05)
        return picture * known + guess * hidden


class Fill(nn.Module):
    """Fills hidden cells from their known neighbours: harmonically from those beside them, else
    from ever coarser surroundings (push-pull, Gortler et al. 1996). `picture` [N, 6, h, w], `mask`
    [N, 1, h, w] 1 = hide; h and w multiples of 8."""

    def __init__(self) -> None:
        super().__init__()
        kernel = _across_cells()
        self.across = Fixed(kernel)
        self.reach = Fixed(kernel.sum(1, keepdim=True))

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        known = 1 - mask
        seen = picture * known
        reach = self.reach(known)
        beside = self.across(seen) / reach.clamp_min(0.01)
        levels = [(seen, known)]
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
        near = (reach[:, 4:5] > 0.1).to(mask.dtype)
        return seen + mask * (coarse + near * (beside - coarse))


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


class PartialConv(nn.Conv2d):
    """Partial convolution (Liu et al. 2018): hidden samples take no part, what is seen is weighed
    up to make good for them; where nothing is seen the result is 0 and the cell stays hidden.

    `x` [N, C, h, w], `known` [N, 1, h, w] 1 = seen. Returns the features and the new `known`: seen
    wherever the window held anything seen. A border counts as known, so that a full mask makes this
    the plain convolution.
    """

    def forward(self, x: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        rows, columns = self.kernel_size
        pad, stride = self.padding[0], self.stride[0]
        window = torch.ones(1, 1, rows, columns, dtype=x.dtype, device=x.device)
        with torch.no_grad():
            seen = F.conv2d(F.pad(known, [pad] * 4, value=1.0), window, stride=stride)
            inside = torch.ones_like(known)
            real = F.conv2d(F.pad(inside * known, [pad] * 4), window, stride=stride)
            after = (real > 0).to(x.dtype)
            scale = rows * columns / seen.clamp_min(1)
        raw = F.conv2d(x * known, self.weight, None, self.stride, self.padding)
        out = raw * scale * after
        if self.bias is not None:
            out = out + self.bias.view(1, -1, 1, 1) * after
        return out, after


class SelfAttention(nn.Module):
    """Each place looks at all others (Zhang et al., SAGAN, 2019, section 3); starts as a no-op."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = max(1, width // 8)
        self.query = nn.Conv2d(width, self.inner, 1)
        self.key = nn.Conv2d(width, self.inner, 1)
        self.value = nn.Conv2d(width, width, 1)
        self.share = nn.Parameter(torch.zeros(1))

    def attend(self, x: Tensor) -> Tensor:
        """`[N, places, places]`: how much each place (row) takes from each other; rows sum to 1."""
        query, key = self.query(x).flatten(2), self.key(x).flatten(2)
        return torch.softmax(query.transpose(1, 2) @ key, -1)

    def forward(self, x: Tensor) -> Tensor:
        value = self.value(x).flatten(2)
        taken = value @ self.attend(x).transpose(1, 2)
        return x + self.share * taken.view_as(x)


def normalisation(kind: str, width: int) -> nn.Module:
    """`none`, or `batch` (Ioffe and Szegedy 2015)."""
    if kind == "batch":
        return nn.BatchNorm2d(width)
    if kind == "none":
        return nn.Identity()
    raise ValueError(f"expected normalisation none or batch, got {kind}")
