"""Trains a detector on ready-made samples; checkpoints, resumes, watches held-out cameras."""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course import Course, follow, save
from detect_networks import NETWORKS, USUAL, DetectorNet, Weights

MIRROR, UPEND = [1, 0, 3, 2, 4, 5], [2, 3, 0, 1, 4, 5]
"""Turning a picture over swaps the luma samples within each cell too."""


class Shards:
    """Samples from memory-mapped shards; new shards are picked up as they appear."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, np.random.default_rng(seed)
        self.arrays: dict[str, np.ndarray] = {}
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("*.npy")):
            if path.name not in self.arrays:
                self.arrays[path.name] = np.load(path, mmap_mode="r")
        if not self.arrays:
            raise SystemExit(f"expected samples in {self.folder}, found none")

    def batch(self, size: int, pictures: int, augment: bool = True) -> Tensor:
        arrays = list(self.arrays.values())
        chosen = []
        for _ in range(size):
            array = arrays[self.rng.integers(len(arrays))]
            sample = array[self.rng.integers(len(array))]
            chosen.append(turn(self.rng, sample, pictures) if augment else sample)
        return torch.from_numpy(np.stack(chosen))


def turn(rng: np.random.Generator, sample: np.ndarray, pictures: int) -> np.ndarray:
    order = np.arange(len(sample))
    flat = np.arange(6 * pictures).reshape(pictures, 6)
    if rng.random() < 0.5:
        flat, sample = flat[:, MIRROR], sample[:, :, ::-1]
    if rng.random() < 0.3:
        flat, sample = flat[:, UPEND], sample[:, ::-1]
    order[: 6 * pictures] = flat.ravel()
    return np.ascontiguousarray(sample[order])


def split(network: DetectorNet, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What is given, what is true (0 or 1), and where it is judged."""
    given, truth = batch[:, : network.planes], batch[:, network.planes :]
    return given, (truth == 255).float(), (truth != 128).float()


def relight(batch: Tensor, network: DetectorNet, coin: torch.Generator) -> Tensor:
    """Other contrast and brightness for whole samples; what is clipped stays clipped."""
    if not network.relit:
        return batch
    gain = torch.rand(len(batch), 1, 1, 1, generator=coin) * 0.6 + 0.6
    lift = torch.rand(len(batch), 1, 1, 1, generator=coin) * 60 - 30
    chosen = torch.rand(len(batch), 1, 1, 1, generator=coin) < 0.5
    planes = torch.arange(batch.shape[1]) % 6 < 4
    lit = planes & (torch.arange(batch.shape[1]) < 6 * network.pictures)
    changed = ((batch.float() - 128) * gain + 128 + lift).clamp(0, 255).round().to(torch.uint8)
    return torch.where(chosen & lit.view(1, -1, 1, 1), changed, batch)


def crop(batch: Tensor, network: DetectorNet, coin: torch.Generator) -> Tensor:
    """A square of each sample; of up to four that are drawn, the first with something in it."""
    side = network.side
    if side >= min(batch.shape[2:]):
        return batch
    out = []
    for sample in batch:
        for _ in range(4):
            top = int(torch.randint(sample.shape[1] - side + 1, (), generator=coin))
            left = int(torch.randint(sample.shape[2] - side + 1, (), generator=coin))
            part = sample[:, top : top + side, left : left + side]
            if (part[network.planes :] == 255).any():
                break
        out.append(part)
    return torch.stack(out)


def spread_out(truth: Tensor) -> Tensor:
    return F.max_pool2d(truth, 7, 1, 3)


def loss_of(logits: Tensor, truth: Tensor, judged: Tensor, weights: Weights = USUAL) -> Tensor:
    """Cross-entropy, in which some cells count more; and by how much each class does not overlap
    over the batch (soft Dice)."""
    entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    damaged = torch.tensor(weights.damaged, device=truth.device).view(-1, 1, 1)
    weight = judged * (1 + damaged * truth)
    if weights.outline > 0:
        edge = spread_out(truth) + spread_out(1 - truth) - 1
        weight = weight + judged * weights.outline * edge
    made = torch.sigmoid(logits) * judged
    over = (0, 2, 3)
    both = (2 * (made * truth).sum(over) + 20) / (made.sum(over) + truth.sum(over) + 20)
    return (entropy * weight).mean() + weights.overlap * (1 - both).mean()


def begin_with(network: DetectorNet, state: dict[str, Tensor]) -> None:
    """Weights, also of a network with fewer classes: those it lacks begin as its first."""
    for name, value in network.state_dict().items():
        missing = len(value) - len(state[name]) if value.dim() else 0
        if missing > 0 and name.startswith("out."):
            state[name] = torch.cat([state[name], *[state[name][:1]] * missing])
    network.load_state_dict(state)


@torch.no_grad()
def validate(network: DetectorNet, batches: list[Tensor]) -> dict[str, list[float]]:
    """By class: recall and IoU at a half, and the share of clean cells marked, in percent."""
    hits = torch.zeros(3, len(network.classes))
    clean = torch.zeros(len(network.classes))
    for batch in batches:
        given, truth, judged = split(network, batch)
        found = (network(network.read(given)) > 0).float() * judged
        over = (0, 2, 3)
        hits += torch.stack([(found * truth).sum(over), found.sum(over), truth.sum(over)])
        clean += (judged * (1 - truth)).sum(over)
    both, found, true = hits
    return {
        "recall": (both / true.clamp_min(1)).tolist(),
        "iou": (both / (found + true - both).clamp_min(1)).tolist(),
        "false %": ((found - both) / clean * 100).tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=sorted(NETWORKS), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--watch", type=Path, required=True, help="samples of held-out cameras")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--warm", type=Path, help="weights to start from, also of fewer classes")
    parser.add_argument("--watched", type=int, default=12, help="batches to validate on")
    parser.add_argument("--every", type=int, default=500, help="validate and save")
    parser.add_argument("--half", action="store_true", help="bfloat16: faster where there is some")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = NETWORKS[options.network]().to(device, memory_format=torch.channels_last)
    shards, held_out = Shards(options.data, options.seed), Shards(options.watch, 99)
    watch = [held_out.batch(16, network.pictures, False).to(device) for _ in range(options.watched)]
    if options.warm:
        begin_with(network, torch.load(options.warm, weights_only=True))
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-4)
    parts = {"network": network, "average": average, "optimiser": optimiser}
    course = Course(options.out, parts, options.steps, options.minutes, device)
    coin = torch.Generator().manual_seed(options.seed + course.step)
    total = 0.0
    while course.progress < 1:
        course.set_rate(optimiser, options.rate)
        batch = relight(shards.batch(options.batch, network.pictures), network, coin).to(device)
        batch = crop(batch, network, coin)
        given, truth, judged = split(network, batch)
        with torch.autocast(device, torch.bfloat16, enabled=options.half):
            logits = network(network.read(given))
        loss = loss_of(logits.float(), truth, judged, network.weights)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        course.step += 1
        total += loss.item()
        follow(average, network, course.step, 0.998)
        if course.step % options.every == 0:
            shards.refresh()
            scores = validate(average, watch)
            text = "; ".join(
                f"{k} " + " ".join(f"{value:.3f}" for value in v) for k, v in scores.items()
            )
            lost = total / options.every
            print(f"{course.step} {course.elapsed:.1f} min: {lost:.5f} {text}", flush=True)
            total = 0.0
            course.keep()
    save(options.out / f"{options.network}.pt", average.state_dict())


if __name__ == "__main__":
    main()
