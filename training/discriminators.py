"""The judges: whether patches of a picture are of a camera or painted."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blocks import normalisation


@dataclass
class Verdict:
    """`scales` holds the map of logits of each scale, `touched` which of them look at a cell of the
    mask, `features` what the layers saw."""

    scales: list[Tensor]
    touched: list[Tensor]
    features: list[Tensor]

    def all(self) -> Tensor:
        """The logits of all patches in which something is at stake, `[patches]`: the others show
        the same in both pictures, and would only dilute what the judge says."""
        return torch.cat([one[at] for one, at in zip(self.scales, self.touched, strict=True)])


class PatchDiscriminator(nn.Module):
    """Judges overlapping patches of the six-channel picture beside its mask (Isola et al., pix2pix,
    2017). `spectral` normalises each layer to slope 1 at most (Miyato et al. 2018)."""

    def __init__(self, width: int = 32, spectral: bool = True, norm: str = "none") -> None:
        super().__init__()

        def conv(a: int, b: int, stride: int) -> nn.Module:
            layer = nn.Conv2d(a, b, 4, stride, 1)
            return nn.utils.parametrizations.spectral_norm(layer) if spectral else layer

        widths = (7, width, 2 * width, 4 * width)
        self.layers = nn.ModuleList(
            conv(a, b, stride) for a, b, stride in zip(widths, widths[1:], (2, 2, 1), strict=False)
        )
        # The first layer goes without, as in DCGAN (Radford et al. 2016).
        self.norms = nn.ModuleList(
            normalisation(norm if k > 0 else "none", b) for k, b in enumerate(widths[1:])
        )
        self.judge = conv(4 * width, 1, 1)

    def forward(self, picture: Tensor, mask: Tensor) -> Verdict:
        x = torch.cat([picture, mask], 1)
        features = []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = F.leaky_relu(norm(layer(x)), 0.2)
            features.append(x)
        logits = self.judge(x)
        touched = F.adaptive_max_pool2d(mask, logits.shape[2:]) > 0
        return Verdict([logits], [touched], features)


class MultiScaleDiscriminator(nn.Module):
    """A patch judge for each of several scales (Wang et al., pix2pixHD, 2018)."""

    def __init__(
        self, width: int = 32, spectral: bool = True, norm: str = "none", scales: int = 2
    ) -> None:
        super().__init__()
        self.judges = nn.ModuleList(
            PatchDiscriminator(width, spectral, norm) for _ in range(scales)
        )

    def forward(self, picture: Tensor, mask: Tensor) -> Verdict:
        scales, touched, features = [], [], []
        for judge in self.judges:
            verdict = judge(picture, mask)
            scales += verdict.scales
            touched += verdict.touched
            features += verdict.features
            picture, mask = F.avg_pool2d(picture, 2), F.avg_pool2d(mask, 2)
        return Verdict(scales, touched, features)


JUDGES = {"patch": PatchDiscriminator, "multi-scale": MultiScaleDiscriminator}
