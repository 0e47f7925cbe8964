"""The second look of `quality`: a larger U-Net over what the first network made."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blocks import Block, Up

WIDTHS = (32, 64, 96, 128)
"""Channels at the full grid, at a half, a quarter and an eighth of it."""
GIVEN = 40
"""Channels of the head: the picture made, how frame and memories differ from it, and the facts."""
LOUD = 4.0
"""Differences are small beside the picture; so much louder they are heard as well."""


class Refine(nn.Module):
    """Corrects a picture by all it was made from. It begins as no change at all.

    The first network has 24 channels at the full grid, and corrects before frequencies are shrunk;
    this one sees what they left. While it learns, `in_bfloat` computes it in bfloat16.
    """

    def __init__(self, widths: tuple[int, int, int, int] = WIDTHS) -> None:
        super().__init__()
        self.in_bfloat = False
        w0, w1, w2, w3 = widths
        self.head = nn.Conv2d(GIVEN, w0, 3, padding=1)
        self.enc0 = Block(w0)
        self.down1 = nn.Conv2d(w0, w1, 3, stride=2, padding=1)
        self.enc1 = Block(w1)
        self.down2 = nn.Conv2d(w1, w2, 3, stride=2, padding=1)
        self.enc2 = Block(w2)
        self.down3 = nn.Conv2d(w2, w3, 3, stride=2, padding=1)
        self.bottom = nn.Sequential(Block(w3), Block(w3, 2))
        self.up2, self.dec2 = Up(w3, w2), Block(w2)
        self.up1, self.dec1 = Up(w2, w1), Block(w1)
        self.up0, self.dec0 = Up(w1, w0), Block(w0)
        self.tail = nn.Conv2d(w0, 6, 3, padding=1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)

    def forward(self, picture: Tensor, shown: Tensor, facts: Tensor) -> Tensor:
        """`picture` [N, 6, h, w] in 0..1; `shown` [N, 24, h, w]: the frame and three memories;
        `facts` [N, 10, h, w]: whatever else is known of a cell. Returns a correction [N, 6, h, w],
        the same for all brightness of the scene only as far as it has learned so."""
        away = (shown - torch.cat([picture] * 4, 1)) * LOUD
        x = torch.cat([picture, away, facts], 1).to(self.tail.weight.dtype)
        low = self.in_bfloat and self.training
        with torch.autocast(x.device.type, torch.bfloat16, enabled=low):
            return self._unet(x).float()

    def _unet(self, x: Tensor) -> Tensor:
        e0 = self.enc0(self.head(x))
        e1 = self.enc1(self.down1(e0))
        e2 = self.enc2(self.down2(e1))
        y = self.bottom(self.down3(e2))
        y = self.dec2(self.up2(y) + e2)
        y = self.dec1(self.up1(y) + e1)
        y = self.dec0(self.up0(y) + e0)
        return self.tail(F.leaky_relu(y, 0.1))
