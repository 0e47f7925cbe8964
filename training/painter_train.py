"""Trains the painter: fidelity first, then a judge for texture; checkpoints, resumes, watches."""

from __future__ import annotations

import argparse
import copy
import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import losses
from alarm import CollapseAlarm, variety
from course import Course, follow, save
from detect_train import turn
from discriminators import JUDGES
from measure import edges, full_luma, rgb_error, ssim_map
from painter_data import (
    COLOUR,
    FILM,
    GUESS,
    MASK,
    OPACITY,
    PICTURES,
    SEEN,
    TRUTH,
    Pictures,
    make_samples,
)
from painter_network import PainterNet, paint

POOL, FRESH = 4096, 6
"""Samples that are kept to be shown again, turned over; and how many new ones come each step."""
SQUARE = 5.0
"""Weight of the squared error, which is what PSNR counts, beside the absolute one."""


GUIDANCE = 0.5
"""Weight of the error of the opacity."""


def given_of(batch: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
    """What the network takes (seen, film, guess, mask, colour), and the truth; 0..1."""
    planes = batch.float() / 255
    guess = planes[:, GUESS][:, :4]
    given = (planes[:, SEEN], planes[:, FILM], guess, planes[:, MASK], planes[:, COLOUR])
    return given, planes[:, TRUTH]


class Pool:
    """Samples in memory, the oldest renewed."""

    def __init__(self, pictures: Pictures, seed: int, size: int) -> None:
        self.pictures, self.rng, self.size = pictures, np.random.default_rng(seed), size
        self.samples: list[Tensor] = []
        self.next = 0

    def batch(self, size: int) -> Tensor:
        for sample in make_samples(self.rng, self.pictures, FRESH):
            if len(self.samples) < self.size:
                self.samples.append(sample)
            else:
                self.samples[self.next % self.size] = sample
            self.next += 1
        chosen = (self.samples[self.rng.integers(len(self.samples))] for _ in range(size))
        turned = [turn(self.rng, sample.numpy(), PICTURES) for sample in chosen]
        return torch.from_numpy(np.stack(turned))


@torch.no_grad()
def validate(network: PainterNet, batches: list[Tensor]) -> dict[str, float]:
    """In the hole, pooled: dB of the film and of the painter, SSIM, and the energy of edges beside
    that of the original (1 = as sharp)."""
    sums = torch.zeros(7, dtype=torch.float64)
    for batch in batches:
        given, truth = given_of(batch)
        _, film, _, mask, _ = given
        made = paint(network, *given)[0].clamp(0, 1)
        luma = [full_luma(film + mask * (one - film)) for one in (film, made, truth)]
        columns = [
            rgb_error(film - truth),
            rgb_error(made - truth),
            ssim_map(luma[1], luma[2]),
            *(edges(one) for one in luma),
            torch.ones_like(mask),
        ]
        sums += torch.stack([(column * mask).sum().double().cpu() for column in columns])
    film, made, ssim, soft, sharp, true, cells = (float(v) for v in sums)
    return {
        "film": -10 * math.log10(film / cells),
        "psnr": -10 * math.log10(made / cells),
        "ssim": ssim / cells,
        "film sharpness": math.sqrt(soft / true),
        "sharpness": math.sqrt(sharp / true),
    }


class Trainer:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        options.out.mkdir(parents=True, exist_ok=True)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        skip = set(filter(None, options.skip.split(",")))
        held_out = Pictures(options.raw, skip, True)
        rng = np.random.default_rng(99)
        self.watch = [
            make_samples(rng, held_out, 32).to(self.device) for _ in range(options.watched)
        ]
        network = PainterNet().to(self.device, memory_format=torch.channels_last)
        if options.warm:
            network.load_state_dict(torch.load(options.warm, weights_only=True))
        self.network, self.average = network, copy.deepcopy(network)
        self.judge = JUDGES[options.judge](width=24).to(self.device)
        self.optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-4)
        self.judge_optimiser = torch.optim.Adam(self.judge.parameters(), 4e-4, betas=(0.5, 0.99))
        self.alarm = CollapseAlarm()
        names = ("network", "average", "judge", "optimiser", "judge_optimiser")
        parts = {name: getattr(self, name) for name in names}
        self.course = Course(options.out, parts, options.steps, options.minutes, self.device)
        self.pool = Pool(
            Pictures(options.raw, skip, False), options.seed + self.course.step, options.pool
        )
        self.sums: dict[str, float] = {}

    def train_step(self) -> None:
        options, progress = self.options, self.course.progress
        self.course.set_rate(self.optimiser, options.rate)
        batch = self.pool.batch(options.batch).to(self.device)
        given, truth = given_of(batch)
        mask = given[3]
        made, opacity = paint(self.network, *given)
        off = made - truth
        loss = losses.charbonnier(off, mask) + SQUARE * losses.weighted_square(off, mask)
        self._count("fidelity", loss)
        wrong = (
            (opacity[:, :4] - batch[:, OPACITY][:, :4].float() / 255).abs().mean(1, keepdim=True)
        )
        veiled = mask * (batch[:, COLOUR][:, :1] > 0)
        wrong = (wrong * veiled).sum() / veiled.sum().clamp_min(1)
        self._count("opacity", wrong)
        loss = loss + GUIDANCE * wrong
        if progress >= 1 - options.adversarial:
            loss = loss + options.weight * self._game(made, truth, mask)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.course.step += 1
        follow(self.average, self.network, self.course.step, 0.998)

    def _game(self, made: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
        """The judge's step, then what the painter is to lower; only hidden cells are painted."""
        shown = truth + mask * (made - truth)
        on_real, on_fake = self.judge(truth, mask), self.judge(shown.detach(), mask)
        judge_loss = losses.discriminator_adversarial(on_real.all(), on_fake.all())
        self._count("judge", judge_loss)
        self.judge_optimiser.zero_grad()
        judge_loss.backward()
        self.judge_optimiser.step()
        painted = variety(shown.detach(), mask)
        said = self.alarm.look(float(judge_loss.detach()), painted, variety(truth, mask))
        if said is not None:
            print(f"step {self.course.step}: {said}", flush=True)
        adversarial = losses.generator_non_saturating(self.judge(shown, mask).all())
        self._count("adversarial", adversarial)
        return adversarial

    def _count(self, name: str, value: Tensor) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + float(value.detach())

    def report(self) -> None:
        off = " ".join(f"{k} {v / self.options.every:.5f}" for k, v in self.sums.items())
        scores = " ".join(f"{k} {v:.3f}" for k, v in validate(self.average, self.watch).items())
        course = self.course
        when = f"{course.step} {course.elapsed:.1f} min, {course.progress:.0%}"
        print(f"{when}: {off}; {scores}", flush=True)
        self.sums = {}

    def run(self) -> None:
        while self.course.progress < 1:
            self.train_step()
            if self.course.step % self.options.every == 0:
                self.report()
                self.course.keep()
        save(self.options.out / "painter.pt", self.average.state_dict())
        scores = {"steps": self.course.step, **validate(self.average, self.watch)}
        (self.options.out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="as for grow.sh")
    parser.add_argument("--skip", default="", help="first three letters of clips, by commas")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--warm", type=Path, help="weights to start from")
    parser.add_argument("--judge", choices=sorted(JUDGES), default="patch")
    parser.add_argument("--adversarial", type=float, default=0.2, help="last share of the run")
    parser.add_argument("--weight", type=float, default=0.002, help="of the judge's opinion")
    parser.add_argument("--watched", type=int, default=16, help="batches of 32 to validate on")
    parser.add_argument("--pool", type=int, default=POOL, help="samples that are kept")
    parser.add_argument("--every", type=int, default=250, help="validate and save")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    Trainer(options).run()


if __name__ == "__main__":
    main()
