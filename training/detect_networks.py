"""The detectors' networks: `DamageNet` sees one moment among six others."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KNEE = 24 / 255
"""Differences are squeezed to -1..1; one of this size comes to a half."""


def squeeze(difference: Tensor) -> Tensor:
    return difference / (difference.abs() + KNEE)


def beyond(value: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """By how much a value lies outside a range; 0 inside."""
    return value - torch.minimum(torch.maximum(value, low), high)


def contrasts(pictures: Tensor) -> Tensor:
    """`[N, 7, 6, h, w]` 0..1 to `[N, 28, h, w]`: how the moment differs from its neighbours and
    from four pictures further away, by order statistics, which one damaged picture does not
    upset (the spike index of Kokaram, Motion Picture Restoration, 1998, and its kin). Luma of the
    moment, then differences; src/detectors/contrasts.ts makes the same, in bytes."""
    now, one, other, a, b, c, d = pictures.unbind(1)
    low, high = torch.minimum(one, other), torch.maximum(one, other)
    ab, cd = (torch.minimum(a, b), torch.maximum(a, b)), (torch.minimum(c, d), torch.maximum(c, d))
    lowest, highest = torch.minimum(ab[0], cd[0]), torch.maximum(ab[1], cd[1])
    middle = (torch.maximum(ab[0], cd[0]) + torch.minimum(ab[1], cd[1])) / 2
    bright = slice(0, 4)
    return torch.cat(
        [
            (2 * now - 1)[:, bright],
            squeeze(now - middle),
            squeeze(beyond(now, low, high)),
            squeeze(beyond(now, lowest, highest)[:, bright]),
            squeeze((one - middle)[:, bright]),
            squeeze((one - other)[:, bright]),
        ],
        1,
    )


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


class Strip(nn.Module):
    """Gathers evidence along one direction at full resolution across it: what makes a line a line
    is its length, and no isotropic network of this size keeps a thin line and sees all of it."""

    def __init__(self, width_in: int, near: int, wide: int, upright: bool) -> None:
        super().__init__()

        def shape(along: int, across: int) -> tuple[int, int]:
            return (along, across) if upright else (across, along)

        self.half, self.step = shape(2, 1), shape(4, 1)
        pad = shape(0, 1)
        self.first = nn.Conv2d(width_in, near, shape(2, 3), self.half, pad)
        self.second = nn.Conv2d(near, wide, shape(4, 3), self.step, pad)
        self.far = nn.Conv2d(wide, wide, 3, padding=shape(2, 1), dilation=shape(2, 1))
        self.farther = nn.Conv2d(wide, wide, 3, padding=shape(4, 1), dilation=shape(4, 1))
        self.up = nn.Conv2d(wide, near, 1)
        self.back = nn.Conv2d(near, near, 3, padding=1)
        self.out = nn.Conv2d(near, width_in, 1)

    def forward(self, x: Tensor) -> Tensor:
        near = act(self.first(x))
        wide = act(self.second(near))
        wide = act(wide + self.far(wide))
        wide = act(wide + self.farther(wide))
        up = F.interpolate(self.up(wide), scale_factor=tuple(map(float, self.step)))
        near = act(near + self.back(near + up))
        return F.interpolate(self.out(near), scale_factor=tuple(map(float, self.half)))


class Patch(nn.Module):
    """A small U-Net: what is going on around, in both directions alike."""

    def __init__(self, width_in: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        a, b, c = widths
        self.down1 = nn.Conv2d(width_in, a, 3, 2, 1)
        self.down2 = nn.Conv2d(a, b, 3, 2, 1)
        self.down3 = nn.Conv2d(b, c, 3, 2, 1)
        self.deep1 = nn.Conv2d(c, c, 3, padding=1)
        self.deep2 = nn.Conv2d(c, c, 3, padding=2, dilation=2)
        self.up2, self.mix2 = nn.Conv2d(c, b, 1), nn.Conv2d(b, b, 3, padding=1)
        self.up1, self.mix1 = nn.Conv2d(b, a, 1), nn.Conv2d(a, a, 3, padding=1)
        self.out = nn.Conv2d(a, width_in, 1)

    def forward(self, x: Tensor) -> Tensor:
        one = act(self.down1(x))
        two = act(self.down2(one))
        three = act(self.down3(two))
        three = act(three + self.deep1(three))
        three = act(three + self.deep2(three))
        two = act(two + self.mix2(two + F.interpolate(self.up2(three), scale_factor=2.0)))
        one = act(one + self.mix1(one + F.interpolate(self.up1(two), scale_factor=2.0)))
        return F.interpolate(self.out(one), scale_factor=2.0)


@dataclass(frozen=True)
class Weights:
    """In the loss: of damaged cells (of all classes, or by class) and of those along outlines,
    beyond those of others, and of overlap."""

    damaged: tuple[float, ...] = (2.0,)
    outline: float = 0.0
    overlap: float = 0.05


USUAL = Weights()


class DetectorNet(nn.Module):
    """What the training loop must know of a detector."""

    classes: tuple[str, ...]
    pictures: int
    """Pictures of six planes each that a sample begins with."""
    planes: int
    """Planes that are given; those of the truth follow them."""
    relit: bool
    """Whether brightness may be changed for augmentation."""
    side: int
    """Rows and columns of a sample that are used at once."""
    weights = USUAL

    def read(self, given: Tensor) -> Tensor:
        """Planes of uint8 to the network's input."""
        raise NotImplementedError


class DamageNet(DetectorNet):
    """Contrasts (28 channels, -1..1) packed by 2x2 cells, `[N, 112, h/2, w/2]`, to logits
    `[N, classes, h, w]`; h and w multiples of 32.

    Packed twice over, a layer of 16 or 32 channels at a quarter of the positions costs far less
    than one of 8 at all of them; what lies where in the four cells is kept by the 32.
    """

    classes = ("line", "block", "passing")
    pictures, planes, relit, side = 7, 42, True, 96
    width, context, wide = 32, 16, 32

    def __init__(self) -> None:
        super().__init__()
        width, context, wide = self.width, self.context, self.wide
        self.stem = nn.Conv2d(4 * 28, width, 1)
        self.fine = nn.Conv2d(width, context, 3, padding=1)
        self.upright = Strip(context, 16, wide, True)
        self.level = Strip(context, 16, wide, False)
        self.patch = Patch(context, (16, 32, 48))
        self.mix = nn.Conv2d(context, context, 3, padding=1)
        self.join = nn.Conv2d(context, width, 1)
        self.out = nn.Conv2d(width, 4 * len(self.classes), 1)
        nn.init.constant_(self.out.bias, -4.0)

    def read(self, given: Tensor) -> Tensor:
        return F.pixel_unshuffle(contrasts(given.float().unflatten(1, (7, 6)) / 255), 2)

    def forward(self, packed: Tensor) -> Tensor:
        detail = act(self.stem(packed))
        fine = act(self.fine(detail))
        mixed = act(fine + self.upright(fine) + self.level(fine) + self.patch(fine))
        mixed = act(mixed + self.mix(mixed))
        return F.pixel_shuffle(self.out(act(detail + self.join(mixed))), 2)


class Block(nn.Module):
    """Convolution, normalised (folded into it when exported); adds to what it is given if both
    are of one shape."""

    def __init__(self, width_in: int, width: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width_in, width, 3, stride, dilation, dilation, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.adds = stride == 1 and width_in == width

    def forward(self, x: Tensor) -> Tensor:
        made = act(self.norm(self.conv(x)))
        return x + made if self.adds else made


class LensNet(DetectorNet):
    """`[N, 13, h, w]` of lens_data.py to logits `[N, classes, h, w]`; h and w multiples of 8."""

    classes = ("dirt", "drop", "cobweb")
    pictures, planes, relit, side = 2, 13, False, 64
    weights = Weights(damaged=(0, 0, 4), outline=1, overlap=0.2)

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.zero = nn.Sequential(Block(19, a), Block(a, a))
        self.one = nn.Sequential(Block(a, b, 2), Block(b, b), Block(b, b))
        self.two = nn.Sequential(Block(b, c, 2), Block(c, c), Block(c, c))
        self.deep = nn.Sequential(Block(c, d, 2), *(Block(d, d, 1, step) for step in (1, 2, 4, 1)))
        self.up2, self.back2 = nn.Conv2d(d, c, 1), nn.Sequential(Block(c, c), Block(c, c))
        self.up1, self.back1 = nn.Conv2d(c, b, 1), nn.Sequential(Block(b, b), Block(b, b))
        self.up0, self.back0 = nn.Conv2d(b, a, 1), Block(a, a)
        self.out = nn.Conv2d(a, len(self.classes), 1)
        nn.init.constant_(self.out.bias, -3.0)

    def read(self, given: Tensor) -> Tensor:
        """Mean; its contrast to the surroundings; spread by its square root; frames, the fewer the
        more telling."""
        mean, spread, count = given.float().split([6, 6, 1], 1)
        around = F.avg_pool2d(mean, 9, 1, 4, count_include_pad=False)
        return torch.cat(
            [
                mean / 255 - 0.5,
                squeeze((mean - around) / 255),
                torch.sqrt(spread / 255),
                1 / count.clamp_min(1),
            ],
            1,
        )

    def forward(self, x: Tensor) -> Tensor:
        zero = self.zero(x)
        one = self.one(zero)
        two = self.two(one)
        two = self.back2(two + F.interpolate(self.up2(self.deep(two)), scale_factor=2.0))
        one = self.back1(one + F.interpolate(self.up1(two), scale_factor=2.0))
        return self.out(self.back0(zero + F.interpolate(self.up0(one), scale_factor=2.0)))


NETWORKS: dict[str, type[DetectorNet]] = {"damage": DamageNet, "lens": LensNet}


def gflops(network: nn.Module, shape: tuple[int, ...]) -> float:
    """Billions of multiplications and additions of all convolutions for one input of `shape`."""
    total = 0

    def count(layer: nn.Conv2d, _: object, made: Tensor) -> None:
        nonlocal total
        total += 2 * made.shape[-2] * made.shape[-1] * layer.weight.numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        network(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    return total / 1e9
