"""Trains the generator on shards made by data.py; resumes from its checkpoint.

First fidelity alone, then, in the last part, an adversarial loss on the cells that nobody ever saw:
there an average of all possibilities is not a picture. Seen cells answer to fidelity only.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from data import PLANES
from losses import (
    charbonnier,
    discriminator_adversarial,
    generator_adversarial,
    weighted_square,
)
from networks import Generator, PatchDiscriminator


class Shards:
    """Random crops from memory-mapped shards; finds new shards as they are made."""

    def __init__(self, folder: Path, crop: int, seed: int) -> None:
        self.folder, self.crop = folder, crop
        self.rng = np.random.default_rng(seed)
        self.open: list[np.ndarray] = []
        self.refresh()

    def refresh(self) -> None:
        paths = sorted(self.folder.glob("shard-*.npy"))
        if len(paths) != len(self.open):
            self.open = [np.load(path, mmap_mode="r") for path in paths]
        if not self.open:
            raise SystemExit(f"expected shards in {self.folder}, found none: run data.py first")

    def batch(self, size: int) -> Tensor:
        crops = []
        for _ in range(size):
            shard = self.open[self.rng.integers(len(self.open))]
            height, width = shard.shape[2:]
            top = self.rng.integers(height - self.crop + 1)
            left = self.rng.integers(width - self.crop + 1)
            sample = shard[self.rng.integers(len(shard))]
            sample = sample[:, top : top + self.crop, left : left + self.crop]
            if self.rng.random() < 0.5:
                sample = mirror(sample)
            crops.append(np.ascontiguousarray(sample))
        return torch.from_numpy(np.stack(crops))


def mirror(sample: np.ndarray) -> np.ndarray:
    """Left to right; the two luma columns inside each cell change places too."""
    order = np.arange(len(sample))
    for name in ("frame", "past", "future", "past_background", "future_background", "clean"):
        first = PLANES[name].start
        order[first : first + 4] = [first + 1, first, first + 3, first + 2]
    return sample[order][:, :, ::-1]


def inputs(batch: Tensor, causal: Tensor, honest: Tensor) -> dict[str, Tensor]:
    """Sample planes to what the network and the losses take; `causal` [N] hides the future,
    `honest` [N] forbids painting where a memory exists."""
    planes = {name: batch[:, part].float() for name, part in PLANES.items()}
    present = 1 - causal.float()[:, None, None, None]
    future_count = planes["future_count"] * present
    past_b, future_b = planes["past_background_count"], planes["future_background_count"] * present
    later = (future_b > past_b).float()
    background = planes["past_background"] * (1 - later) + planes["future_background"] * later
    pictures = [planes["frame"], planes["past"], planes["future"], background]
    return {
        "pictures": torch.stack(pictures, 1) / 255,
        "counts": torch.cat(
            [planes["past_count"], future_count, torch.maximum(past_b, future_b)], 1
        ),
        "mask": (planes["mask"] > 127).float(),
        "sigma": planes["sigma"] / 4 / 255,
        "clean": planes["clean"] / 255,
        "synthesis": 1 - honest.float()[:, None, None, None],
    }


def run(network: Generator, given: dict[str, Tensor]) -> dict[str, Tensor]:
    return network(
        given["pictures"], given["counts"], given["mask"], given["sigma"], given["synthesis"]
    )


@torch.no_grad()
def validate(network: Generator, batches: list[Tensor]) -> dict[str, float]:
    """PSNR in dB by regime, over the cells of that regime, six channels pooled."""
    sums: dict[str, list[float]] = {}
    for batch in batches:
        none = torch.zeros(len(batch), device=batch.device)
        given = inputs(batch, none, none)
        error = ((run(network, given)["picture"].clamp(0, 1) - given["clean"]) ** 2).mean(
            1, keepdim=True
        )
        noisy = ((given["pictures"][:, 0] - given["clean"]) ** 2).mean(1, keepdim=True)
        mask, ever = given["mask"], (given["counts"].sum(1, keepdim=True) > 0).float()
        regimes = {
            "denoised": (1 - mask) * (given["sigma"] > 0),
            "recovered": mask * ever,
            "synthesised": mask * (1 - ever),
        }
        for name, where in regimes.items():
            entry = sums.setdefault(name, [0.0, 0.0])
            entry[0] += float((error * where).sum())
            entry[1] += float(where.sum())
        entry = sums.setdefault("noisy input", [0.0, 0.0])
        entry[0] += float((noisy * regimes["denoised"]).sum())
        entry[1] += float(regimes["denoised"].sum())
    return {k: -10 * math.log10(max(s, 1e-9) / max(n, 1)) for k, (s, n) in sums.items()}


def load_fitting(network: Generator, state: dict[str, dict[str, Tensor]]) -> None:
    """Takes the weights whose names and shapes fit; the others stay as they were drawn."""
    own = network.state_dict()
    old = state["average"]
    own.update({k: v for k, v in old.items() if k in own and own[k].shape == v.shape})
    network.load_state_dict(own)


def save(path: Path, state: dict[str, object]) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--watch", type=Path, required=True, help="shards of held-out cameras")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--adversarial", type=float, default=0.12, help="last share of the steps")
    parser.add_argument("--adversarial-weight", type=float, default=0.004)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=80)
    parser.add_argument("--rate", type=float, default=1.2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="end the schedule by then")
    parser.add_argument(
        "--warm", type=Path, help="a checkpoint whose fitting weights to start from"
    )
    parser.add_argument("--every", type=int, default=250, help="validate and save")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)
    shards = Shards(options.data, options.crop, options.seed)
    held_out = Shards(options.watch, options.crop, 99)
    watch = [held_out.batch(8).to(device) for _ in range(6)]
    network = Generator().to(device)
    average = copy.deepcopy(network)
    judge = PatchDiscriminator().to(device)
    optimiser = torch.optim.Adam(network.parameters(), options.rate, betas=(0.9, 0.99))
    judge_optimiser = torch.optim.Adam(judge.parameters(), 2e-4, betas=(0.5, 0.99))
    if options.warm:
        load_fitting(network, torch.load(options.warm, weights_only=True, map_location=device))
        average.load_state_dict(network.state_dict())
    checkpoint, step, spent = options.out / "checkpoint.pt", 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        for name, thing in (
            ("network", network),
            ("average", average),
            ("judge", judge),
            ("optimiser", optimiser),
            ("judge_optimiser", judge_optimiser),
        ):
            thing.load_state_dict(state[name])
        step, spent = int(state["step"]), float(state["spent"])
        print(f"resumed at step {step}", flush=True)
    writer = SummaryWriter(str(options.out / "tensorboard"))
    coin = torch.Generator().manual_seed(options.seed + step)
    began = time.monotonic() - spent
    losses = {"fidelity": 0.0, "adversarial": 0.0, "judge": 0.0}
    while True:
        elapsed = (time.monotonic() - began) / 60
        # By steps or by the clock, whichever is further on.
        progress = max(step / options.steps, elapsed / options.minutes)
        if progress >= 1:
            break
        warm = min(1.0, (step + 1) / 200)
        for group in optimiser.param_groups:
            group["lr"] = (
                options.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
            )
        batch = shards.batch(options.batch).to(device)
        causal = (torch.rand(len(batch), generator=coin) < 0.25).to(device)
        honest = (torch.rand(len(batch), generator=coin) < 0.1).to(device)
        given = inputs(batch, causal, honest)
        made = run(network, given)
        picture, clean = made["picture"], given["clean"]
        mask, sigma = given["mask"], given["sigma"]
        # A grey level counts for more where there is little noise to hide it.
        noisy = (sigma > 0).float() * (1 - mask) * 0.08 / (sigma + 0.03)
        loss = 3 * charbonnier(picture - clean, noisy) + charbonnier(picture - clean, mask)
        loss = loss + 4 * weighted_square(picture - clean, mask)
        loss = loss + 0.3 * charbonnier(made["painting"] - clean, mask)
        # Inventing what was seen must be worth a grey level or two: recover first.
        ever = (given["counts"].sum(1, keepdim=True) > 0).float()
        loss = loss + 0.006 * (made["invented"] * mask * ever).sum() / mask.sum().clamp_min(1)
        losses["fidelity"] += loss.item()
        unseen = mask * (1 - ever)
        if progress > 1 - options.adversarial and unseen.sum() > 50:
            shown = clean + unseen * (picture - clean)
            fake, real = judge(shown.detach(), unseen), judge(clean, unseen)
            judge_loss = discriminator_adversarial(real, fake)
            judge_optimiser.zero_grad()
            judge_loss.backward()
            judge_optimiser.step()
            adversarial = generator_adversarial(judge(shown, unseen))
            loss = loss + options.adversarial_weight * adversarial
            losses["adversarial"] += adversarial.item()
            losses["judge"] += judge_loss.item()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        decay = min(0.999, (step + 1) / (step + 10))
        with torch.no_grad():
            for mean, value in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(value, 1 - decay)
        if step % options.every == 0:
            shards.refresh()
            scores = validate(average, watch)
            for name, value in {**losses, **scores}.items():
                scale = options.every if name in losses else 1
                writer.add_scalar(name.replace(" ", "_"), value / scale, step)
            line = " ".join(f"{k} {v:.2f}" for k, v in scores.items())
            fit = losses["fidelity"] / options.every
            print(
                f"{step} {elapsed:.1f} min, {progress:.0%}: loss {fit:.5f} "
                f"judge {losses['judge'] / options.every:.3f} {line}",
                flush=True,
            )
            losses = dict.fromkeys(losses, 0.0)
            save(
                checkpoint,
                {
                    "network": network.state_dict(),
                    "average": average.state_dict(),
                    "judge": judge.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "judge_optimiser": judge_optimiser.state_dict(),
                    "step": step,
                    "spent": time.monotonic() - began,
                },
            )
    save(options.out / "generator.pt", {"widths": list(average.widths), **average.state_dict()})
    (options.out / "scores.json").write_text(json.dumps(validate(average, watch), indent=2))
    writer.close()


if __name__ == "__main__":
    main()
