"""What the generator is held against in the ablation."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ContextEncoder(nn.Module):
    """A context encoder (Pathak et al. 2016): an encoder and a decoder without skips, given the
    frame and its mask and nothing of what was seen at other moments. It takes the generator's
    arguments and gives its results, so that both train alike."""

    def __init__(self, widths: tuple[int, int, int, int] = (24, 36, 64, 96)) -> None:
        super().__init__()
        self.widths = widths
        w0, w1, w2, w3 = widths
        sizes = (8, w0, w1, w2, w3)
        self.encoder = nn.ModuleList(
            nn.Conv2d(a, b, 3 if k == 0 else 4, 1 if k == 0 else 2, 1)
            for k, (a, b) in enumerate(pairwise(sizes))
        )
        self.bottom = nn.Conv2d(w3, w3, 3, padding=2, dilation=2)
        back = (w3, w2, w1, w0)
        self.decoder = nn.ModuleList(nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in pairwise(back))
        self.tail = nn.Conv2d(w0, 6, 3, padding=1)

    def forward(
        self,
        frame: Tensor,
        memories: Tensor,
        counts: Tensor,
        mask: Tensor,
        sigma: Tensor,
        synthesis: Tensor,
    ) -> dict[str, Tensor]:
        whole = mask[:, :1]
        x = torch.cat([frame * (1 - whole) + 0.5 * whole, whole, sigma * 4], 1)
        for layer in self.encoder:
            x = F.leaky_relu(layer(x), 0.1)
        x = F.leaky_relu(self.bottom(x), 0.1)
        for layer in self.decoder:
            x = F.leaky_relu(layer(x), 0.1)
        picture = self.tail(x) + 0.5
        return {"picture": picture, "painting": picture, "invented": whole}
