"""Finds learning rate and batch by evaluation: short runs on equal samples, the better half of them
longer, until one is left (successive halving; Jamieson and Talwalkar 2016)."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from options import Options
from train import Trainer


@dataclass(frozen=True)
class Trial:
    rate: float
    batch: int

    @property
    def name(self) -> str:
        return f"rate-{self.rate:g}-batch-{self.batch}"


def score(scores: dict[str, Any]) -> float:
    """The mean dB of the regimes: what is made better."""
    values = [scores[r]["psnr"] for r in ("denoised", "recovered", "synthesised") if r in scores]
    return sum(values) / len(values) if all(map(math.isfinite, values)) else -math.inf


def halve(trials: list[Trial], rounds: int, run: Any) -> list[dict[str, Any]]:
    """`run(trial, round)` gives the score; the better half goes on. Returns all that was tried."""
    tried, left = [], list(trials)
    for turn in range(rounds):
        results = [(run(trial, turn), trial) for trial in left]
        results.sort(key=lambda one: -one[0])
        tried += [
            {"rate": trial.rate, "batch": trial.batch, "round": turn, "dB": value}
            for value, trial in results
        ]
        left = [trial for _, trial in results[: max(1, math.ceil(len(results) / 2))]]
        if len(left) == 1:
            break
    return tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--watch", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rates", default="5e-4,1e-3,2e-3,4e-3")
    parser.add_argument("--batches", default="4,8")
    parser.add_argument("--samples", type=int, default=800, help="of the first round; then twice")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="lite")
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    def run(trial: Trial, turn: int) -> float:
        folder = options.out / f"round-{turn}" / trial.name
        if not (folder / "scores.json").exists():
            steps = options.samples * 2**turn // trial.batch
            Trainer(Options(
                data=options.data, watch=options.watch, out=folder, steps=steps,
                batch=trial.batch, rate=trial.rate, crop=options.crop, size=options.size,
                adversarial=0.0, every=10**9, threads=options.threads,
            )).run()  # fmt: skip
        return score(json.loads((folder / "scores.json").read_text()))

    trials = [
        Trial(float(rate), int(batch))
        for rate in options.rates.split(",")
        for batch in options.batches.split(",")
    ]
    tried = halve(trials, options.rounds, run)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "search.json").write_text(json.dumps(tried, indent=2) + "\n")
    for one in tried:
        print(f"round {one['round']}: rate {one['rate']:g}, batch {one['batch']}: {one['dB']:.2f}")
    best = max(tried, key=lambda one: (one["round"], one["dB"]))
    print(f"best: --rate {best['rate']:g} --batch {best['batch']}")


if __name__ == "__main__":
    main()
