"""The painter: how much to believe of what is seen through dirt, and what to add to a soap film."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blocks import Block, Up
from painter_film import again

LEAST_CONTRAST = (4 / 255) ** 2
LEAST_DOUBT, FIRST_DOUBT = 0.005, 0.05
MOST_OPAQUE = 0.98
TRUSTED = 0.5
"""Share of what shows through, in the estimate of a sample, from which it is taken as it shows."""


class PainterNet(nn.Module):
    """A U-Net on cells. `seen`, `film` `[N, 6, h, w]` 0..1, `guess` `[N, 4, h, w]` of the opacity
    of luma samples, `mask` `[N, 1, h, w]` 1 = hidden, `colour` `[N, 3, h, w]` of what hides each
    patch, its luma 0 where nothing can be seen through it; h and w multiples of 4.

    What is seen through dirt is `scene + opacity * (colour - scene)` (Gu et al., Removing image
    artifacts due to dirty camera lenses and thin occluders, 2009). Arithmetic guesses the opacity;
    the network corrects it, says how much to doubt it, and adds what neither film nor scene tell.
    All that are properties of the dirt and of the place, and hold for many frames.
    """

    def __init__(self, widths: tuple[int, int, int] = (24, 48, 96)) -> None:
        super().__init__()
        a, b, c = widths
        self.stem = nn.Conv2d(27, a, 3, padding=1)
        self.fine = nn.Conv2d(a, a, 3, padding=1)
        self.down1, self.middle = nn.Conv2d(a, b, 3, 2, 1), Block(b)
        self.down2 = nn.Conv2d(b, c, 3, 2, 1)
        self.deep = nn.Sequential(*(Block(c, dilation) for dilation in (1, 2, 4, 1)))
        self.up2, self.mix2 = Up(c, b), Block(b)
        self.up1, self.mix1 = Up(b, a), Block(a)
        self.out = nn.Conv2d(a, 14, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(
        self, seen: Tensor, film: Tensor, guess: Tensor, mask: Tensor, colour: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`[N, 6, h, w]` each: the opacity, 1 where nothing can be seen through; the gain, by which
        what shows through is to be raised, 0 there; the rest, which is added, 0 outside."""
        veiled = mask * (colour[:, :1] > 0)
        change = (seen - film) * veiled
        colour = torch.cat([colour[:, :1].expand(-1, 4, -1, -1), colour[:, 1:]], 1)
        contrast = (colour - film) * veiled
        rough, first = rough_opacity(change, contrast), guess * veiled
        given = torch.cat([2 * film - 1, 2 * change, mask, 2 * contrast, rough, first], 1)
        near = F.leaky_relu(self.stem(given), 0.1)
        near = near + self.fine(near)
        half = self.middle(self.down1(F.leaky_relu(near, 0.1)))
        deep = self.deep(self.down2(F.leaky_relu(half, 0.1)))
        half = self.mix2(half + self.up2(F.leaky_relu(deep, 0.1)))
        near = self.mix1(near + self.up1(F.leaky_relu(half, 0.1)))
        shift, doubt, rest = self.out(F.leaky_relu(near, 0.1)).split((4, 4, 6), 1)
        opacity = torch.sigmoid(torch.logit(first.clamp(1 - MOST_OPAQUE, MOST_OPAQUE)) + 4 * shift)
        doubt = LEAST_DOUBT + (FIRST_DOUBT + first * first) * torch.exp((4 * doubt).clamp(-6, 3))
        opacity = 1 - veiled * (1 - with_chroma(opacity))
        clear = 1 - opacity
        gain = clear / (clear * clear + with_chroma(doubt))
        return opacity, gain, torch.tanh(rest) * mask


def with_chroma(luma: Tensor) -> Tensor:
    """`[N, 4, h, w]` of luma samples to all six of a cell."""
    return torch.cat([luma, luma.mean(1, keepdim=True).expand(-1, 2, -1, -1)], 1)


def rough_opacity(change: Tensor, contrast: Tensor) -> Tensor:
    """How far each luma sample is on its way from the film to the colour of what hides it,
    `[N, 4, h, w]`; rough, since the film lacks texture."""
    along, most = change * contrast, contrast * contrast
    along = along[:, :4] + along[:, 4:].sum(1, keepdim=True)
    most = most[:, :4] + most[:, 4:].sum(1, keepdim=True)
    return (along / (most + LEAST_CONTRAST)).clamp(-0.2, 1.2)


def paint(
    network: PainterNet, seen: Tensor, film: Tensor, guess: Tensor, mask: Tensor, colour: Tensor
) -> tuple[Tensor, Tensor]:
    """The picture, and the opacity. As src/restorers/painter/paint-plane.ts does it: what shows
    through well enough is taken as it shows, the film is drawn anew from there on inwards, and
    deeper in it is corrected by what little shows through."""
    opacity, gain, rest = network(seen, film, guess, mask, colour)
    dirt = torch.cat([colour[:, :1].expand(-1, 4, -1, -1), colour[:, 1:]], 1)
    clear = 1 - opacity
    through = (seen - opacity * dirt) / clear.clamp_min(0.05) + rest
    deep = mask * (gain * clear < TRUSTED)
    with torch.no_grad():
        known = torch.where(mask > 0, through.clamp(0, 1), seen)
        film = 255 * known if not deep.any() else again(255 * known, deep)
        film = film / 255
    filled = film + gain * (seen - film - opacity * (dirt - film)) + rest
    made = torch.where(deep > 0, filled, through)
    return film + mask * (made - film), opacity
