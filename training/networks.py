"""The generator: mixes what was seen and adds what was not."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blocks import Block, Fill, Fixed, Mend, PartialConv, SelfAttention, Up, normalisation, route
from blocks import widen as widen_to_samples
from refine import Refine
from spectrum import Shrink

CANDIDATES = 6
"""What the output may be mixed from: frame, past, future, background, and the frame smoothed over
3x3 cells once and three times."""
FINE = 0.1
"""Corrections are an order finer than the weights of the mix; so one learning rate suits both."""
COARSE = 0.5
"""What is painted may be far from its neighbours continued."""
RECOVERED_LIMIT = 16 / 255
"""A recovered cell departs from what was seen by at most this much (light, seams)."""
SEEN_LIMIT = 3.0
"""A seen cell is corrected by at most so many standard deviations of its noise."""
HALF_NORMAL = 0.7979
"""E|x| of a standard normal."""
STILL = 2 / 255
"""A memory that differs less than this from the frame shows the same thing, noise or not."""
GIVEN = 32
"""Channels of the head: filled frame, three memories, whether the cell (1) or some of it (0.5) is
hidden, noise, counts, surprise. A multiple of 8, or the runtime leaves its fast layout."""
WIDTHS = (24, 36, 64, 96)
"""Channels at the full grid, at a half, a quarter and an eighth of it."""
SWIFT_WIDTHS = (16, 32, 64, 96)
"""Fewer channels where the grid is full: there they cost most and matter least."""
SIZES = {"lite": WIDTHS, "swift": SWIFT_WIDTHS, "quality": WIDTHS}
DEPTHS = {"lite": 0, "swift": 0, "quality": 0}
"""Blocks at the bottom."""
REFINED = ("quality",)
"""Sizes with a second look (refine.py)."""
DILATIONS = (2, 4)


def soft(picture: Tensor, size: int = 3) -> Tensor:
    return F.avg_pool2d(picture, size, 1, size // 2, count_include_pad=False)


class Generator(nn.Module):
    """A U-Net on the chroma grid that is handed its memory.

    First it mixes, cell by cell, six candidates by weights of its own (luma and chroma apart),
    which begin as those of the classical temporal filter: samples counted, memories that differ by
    more than the noise shut out. Then it smooths that mix where the ground is even, and corrects
    it.
    A hidden cell is mixed from the memories with a residual of at most RECOVERED_LIMIT, or painted:
    its neighbours continued, corrected; `invented` is the share of the painting, 1 where nothing
    was ever seen. Height and width must be multiples of 8 cells.

    The switches are for the ablation: `attention` at the bottom, `norm` none or batch in the
    decoder, `partial` for a head of partial convolution over the samples that were really seen.
    `refined` adds a second look at the result, within the same limits.
    """

    def __init__(
        self,
        widths: tuple[int, int, int, int] = WIDTHS,
        attention: bool = False,
        norm: str = "none",
        partial: bool = False,
        depth: int = 2,
        refined: bool = False,
    ) -> None:
        super().__init__()
        self.widths = widths
        w0, w1, w2, w3 = widths
        self.partial = partial
        self.head = (PartialConv if partial else nn.Conv2d)(GIVEN, w0, 3, padding=1)
        self.down1 = nn.Conv2d(w0, w1, 3, stride=2, padding=1)
        self.enc1 = nn.Conv2d(w1, w1, 3, padding=1)
        self.down2 = nn.Conv2d(w1, w2, 3, stride=2, padding=1)
        self.enc2 = nn.Conv2d(w2, w2, 3, padding=1)
        self.down3 = nn.Conv2d(w2, w3, 3, stride=2, padding=1)
        self.bottom = nn.Sequential(*(Block(w3, dilation) for dilation in DILATIONS[:depth]))
        self.attention = SelfAttention(w3) if attention else nn.Identity()
        self.up2 = Up(w3, w2)
        self.dec2 = nn.Conv2d(w2, w2, 3, padding=1)
        self.norm2 = normalisation(norm, w2)
        self.up1 = Up(w2, w1)
        self.dec1 = nn.Conv2d(w1, w1, 3, padding=1)
        self.norm1 = normalisation(norm, w1)
        self.up0 = Up(w1, w0)
        self.dec0 = nn.Conv2d(w0, w0, 3, padding=1)
        self.tail = nn.Conv2d(w0, 2 * CANDIDATES + 4 + 1 + 6 + 6, 1)
        self.caution = nn.Parameter(torch.tensor(4.0))
        nn.init.zeros_(self.tail.bias)
        with torch.no_grad():
            self.tail.weight.mul_(0.05)
            self.tail.weight[12:16] = 0
        self.shrink = Shrink()
        self.refine = Refine() if refined else None
        self._arithmetic()

    def _arithmetic(self) -> None:
        """The fixed kernels; luma weights serve samples 0-3 of a cell, chroma weights 4 and 5."""
        six = range(6)
        self.mend, self.fill = Mend(), Fill()
        self.samples = route(
            [(c, 1 + c) for c in range(4)] + [(c, 5) for c in (4, 5)] + [(c, 0) for c in six], 6, 6
        )
        self.gate = widen_to_samples(3)
        self.off = route([(6 * k + c, c) for k in range(3) for c in six], 6, 18)
        self.mean = Fixed(route([(k // 6, k) for k in range(18)], 18, 3).kernel / 6)
        self.apart = route([(k, k // 6) for k in range(18)], 3, 18)
        self.priors = route([(6 * g + 1 + k, k) for g in (0, 1) for k in range(3)], 3, 12)
        self.open = route(
            [(6 * g + k, 0) for g in (0, 1) for k in (0, 4, 5)]
            + [(6 * g + k, k) for g in (0, 1) for k in (1, 2, 3)],
            4,
            12,
        )
        group = [0, 0, 0, 0, 1, 1]
        self.spread = route([(6 * k + c, 6 * group[c] + k) for k in six for c in six], 12, 36)
        self.total = route([(c, 6 * k + c) for k in six for c in six], 36, 6)
        self.weight = route([(c, 6 * group[c] + k) for k in six for c in six], 12, 6)
        self.merge = route(
            [(5 * g + k, 6 * g + c) for g in (0, 1) for k, c in enumerate((0, 1, 2, 4, 5))]
            + [(5 * g + 1, 6 * g + 3) for g in (0, 1)],
            12,
            10,
        )
        self.add_up = route([(k // 5, k) for k in range(10)], 10, 2)
        self.widen_sum = route(
            [(6 * g + o, 6 * g + k) for g in (0, 1) for o in six for k in six], 12, 12
        )

    def forward(
        self,
        frame: Tensor,
        memories: Tensor,
        counts: Tensor,
        mask: Tensor,
        sigma: Tensor,
        synthesis: Tensor,
    ) -> dict[str, Tensor]:
        """`frame` [N, 6, h, w] in 0..1, `memories` [N, 18, h, w]: past, future, background,
        `counts` [N, 3, h, w] samples behind each memory, `mask` [N, 5, h, w]: 1 = the whole cell is
        hidden; 1 = one of its four luma samples is, and so its colour; `sigma` [N, 1, h, w] in grey
        levels / 255, `synthesis` [N or 1, 1, 1, 1] 0 = paint only what nobody ever saw.
        Returns `picture` and `painting` [N, 6, h, w] and `invented` [N, 1, h, w]."""
        whole = mask[:, :1]
        some = mask[:, 1:].amax(1, keepdim=True) * (1 - whole)
        there = (counts > 0).to(mask.dtype)
        frame = self.mend(frame, self.hidden(mask))
        filled = self.fill(frame, whole)
        known = memories * self.gate(there)
        surprise = self._surprise(filled, known, counts, there * (1 - whole), sigma)
        trust = torch.log2(counts + 1) / 8
        given = torch.cat([filled, known], 1)
        facts = [whole + 0.5 * some, sigma * 4, trust, surprise.clamp(0, 4) / 4]
        y = self._unet(torch.cat([given, *facts], 1), whole)

        memory = torch.log(counts.clamp_min(1)) * (1 - 0.5 * whole)
        memory = memory - self.caution * F.relu(surprise.clamp_max(12) - 1.1)
        open_ = self.open(torch.cat([1 - whole, there], 1))
        share = torch.exp((y[:, :12] + self.priors(memory)).clamp(-40, 30)) * open_
        once = soft(filled)
        offers = torch.cat([given, once, soft(soft(once))], 1)
        mix = self.total(self.spread(share) * offers) / (self.weight(share) + 1e-20)

        never = (1 - there.amax(1, keepdim=True)) * whole
        base = mix + never * (filled - mix)
        caution = torch.exp(y[:, 12:16].clamp(-5, 5))
        noise = torch.cat([self._noise_left(share, counts), torch.ones_like(facts[3][:, :2])], 1)
        shown = base + (1 - whole) * (filled - base)
        base = self.shrink(base, shown, noise * sigma * caution)
        invented = torch.maximum(never, torch.sigmoid(y[:, 16:17] - 2) * whole * synthesis)
        residual, painting = FINE * y[:, 17:23], COARSE * y[:, 23:29] + filled
        limit = SEEN_LIMIT * sigma * (1 - whole) + RECOVERED_LIMIT * whole + 1e-6
        picture = self._compose(base, residual, painting, limit, invented)
        if self.refine is not None:
            facts += [noise[:, :1] * sigma * 4, invented]
            change = FINE * self.refine(picture, given, torch.cat(facts, 1))
            residual, painting = residual + change, painting + change
            picture = self._compose(base, residual, painting, limit, invented)
        return {"picture": picture, "painting": painting, "invented": invented}

    @staticmethod
    def _compose(
        base: Tensor, residual: Tensor, painting: Tensor, limit: Tensor, invented: Tensor
    ) -> Tensor:
        shown = base + limit * torch.tanh(residual / limit)
        return shown + invented * (painting - shown)

    def hidden(self, mask: Tensor) -> Tensor:
        """`[N, 6, h, w]`: 1 = this sample of the cell is hidden. A hidden luma sample spoils the
        colour of its cell."""
        some = mask[:, 1:].amax(1, keepdim=True)
        return self.samples(torch.cat([mask, some], 1)).clamp_max(1)

    def halve(self) -> Generator:
        """The learned layers in half precision, for GPUs; the arithmetic round them stays whole:
        sample counts and exponentials leave the range of a half."""
        for name, child in self.named_children():
            if name != "shrink" and any(True for _ in child.parameters()):
                getattr(self, name).half()
        return self

    def _unet(self, x: Tensor, whole: Tensor) -> Tensor:
        kind = self.tail.weight.dtype
        x, whole = x.to(kind), whole.to(kind)
        e0 = self.head(x, 1 - whole)[0] if self.partial else self.head(x)
        e0 = F.leaky_relu(e0, 0.1)
        e1 = F.leaky_relu(self.enc1(F.leaky_relu(self.down1(e0), 0.1)), 0.1)
        e2 = F.leaky_relu(self.enc2(F.leaky_relu(self.down2(e1), 0.1)), 0.1)
        y = self.attention(self.bottom(self.down3(e2)))
        y = F.leaky_relu(self.norm2(self.dec2(F.leaky_relu(self.up2(y) + e2, 0.1))), 0.1)
        y = F.leaky_relu(self.norm1(self.dec1(F.leaky_relu(self.up1(y) + e1, 0.1))), 0.1)
        y = F.leaky_relu(self.dec0(F.leaky_relu(self.up0(y) + e0, 0.1)), 0.1)
        return self.tail(y).float()

    def _noise_left(self, share: Tensor, counts: Tensor) -> Tensor:
        """`[N, 2, h, w]`: noise in the mixed luma and chroma, 1 = as in the frame. Past and
        background have samples in common, so their noise adds up in full."""
        one = torch.rsqrt(counts.clamp_min(1))
        full = torch.ones_like(one[:, :1])
        each = torch.cat([full, one, full / 3, full / 5.5], 1)
        part = share / (self.widen_sum(share) + 1e-10)
        kept = self.merge(part * torch.cat([each, each], 1))
        return torch.sqrt(self.add_up(kept * kept) + 1e-6)

    def _surprise(
        self, frame: Tensor, known: Tensor, counts: Tensor, valid: Tensor, sigma: Tensor
    ) -> Tensor:
        """[N, 3, h, w]: how much each memory differs from the frame over the 3x3 cells that both
        show, 1 = as noise alone would."""
        widen = torch.sqrt(1 + 1 / counts.clamp_min(1))
        off = (known - self.off(frame)).abs() * self.apart(valid)
        # Both pools count the border as nothing, so their ratio is the mean over what is there.
        mean = F.avg_pool2d(self.mean(off), 3, 1, 1) / F.avg_pool2d(valid, 3, 1, 1).clamp_min(0.01)
        return mean / (HALF_NORMAL * sigma * widen + STILL) * valid

    def macs_per_cell(self) -> float:
        """Multiply-accumulates of layers and block transforms for one cell of the chroma grid."""
        scale = {"down1": 4, "enc1": 4, "dec1": 4, "up0": 4, "down2": 16, "enc2": 16, "dec2": 16}
        scale |= {"up1": 16, "down3": 64, "bottom": 64, "up2": 64, "attention": 64}
        total = self.shrink.blocks.macs_per_cell()
        for name, module in self.named_modules():
            if isinstance(module, nn.Conv2d):
                size = math.prod(module.weight.shape)
                total += size / scale.get(name.removeprefix("refine.").split(".")[0], 1)
        return total
