"""What is in a training sample, and how it becomes what the network takes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

PLANES = {
    "frame": slice(0, 6),
    "mask": slice(6, 7),
    "sigma": slice(7, 8),
    "past": slice(8, 14),
    "past_count": slice(14, 15),
    "future": slice(15, 21),
    "future_count": slice(21, 22),
    "past_background": slice(22, 28),
    "past_background_count": slice(28, 29),
    "future_background": slice(29, 35),
    "future_background_count": slice(35, 36),
    "clean": slice(36, 42),
    "damaged": slice(42, 43),
}
"""Of a sample `[DEPTH, h, w]` uint8. `mask` is what the network is told: 255 = the whole cell is
hidden, 240 + bits = those luma samples are (1 top left, 2 top right, 4, 8), and the colour;
`damaged` is 255 where the frame really was damaged, told or not."""
DEPTH = 43
SOME = 240
"""Masks above this and below 255 name the hidden luma samples in their low bits."""


def hidden_samples(mask: Tensor) -> Tensor:
    """Mask values `[N, 1, h, w]` 0..255 to `[N, 5, h, w]`: whole cell hidden, then its samples.
    With three samples gone a cell is taken for hidden."""
    some = (mask > SOME).float() * (mask < 255).float()
    rest = (mask - SOME) * some
    bits = []
    for value in (8, 4, 2, 1):
        bit = (rest >= value).float()
        rest = rest - value * bit
        bits.insert(0, bit)
    few = (bits[0] + bits[1] + bits[2] + bits[3] < 3).float() * some
    whole = (mask > 127).float() - few
    return torch.cat([whole, *(bit * few for bit in bits)], 1)


def mirror(sample: np.ndarray) -> np.ndarray:
    """Left to right; the two luma columns inside each cell change places too."""
    order = np.arange(len(sample))
    for name in ("frame", "past", "future", "past_background", "future_background", "clean"):
        first = PLANES[name].start
        order[first : first + 4] = [first + 1, first, first + 3, first + 2]
    turned = sample[order][:, :, ::-1].copy()
    mask = turned[6]
    some = (mask > SOME) & (mask < 255)
    bits = mask[some]
    mask[some] = SOME | (bits & 5) << 1 | (bits & 10) >> 1
    return turned


def inputs(batch: Tensor, causal: Tensor, honest: Tensor) -> dict[str, Tensor]:
    """Sample planes `[N, DEPTH, h, w]` to what the network and the losses take; `causal` [N] hides
    the future, `honest` [N] forbids painting where a memory exists."""
    planes = {name: batch[:, part].float() for name, part in PLANES.items()}
    present = 1 - causal.float()[:, None, None, None]
    future_count = planes["future_count"] * present
    past_b, future_b = planes["past_background_count"], planes["future_background_count"] * present
    later = (future_b > past_b).float()
    background = planes["past_background"] * (1 - later) + planes["future_background"] * later
    counts = [planes["past_count"], future_count, torch.maximum(past_b, future_b)]
    return {
        "frame": planes["frame"] / 255,
        "memories": torch.cat([planes["past"], planes["future"], background], 1) / 255,
        "counts": torch.cat(counts, 1),
        "mask": hidden_samples(planes["mask"]),
        "sigma": planes["sigma"] / 4 / 255,
        "synthesis": 1 - honest.float()[:, None, None, None],
        "clean": planes["clean"] / 255,
        "damaged": (planes["damaged"] > 127).float(),
    }


def run(network: torch.nn.Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    names = ("frame", "memories", "counts", "mask", "sigma", "synthesis")
    return network(*(given[name] for name in names))
