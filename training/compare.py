"""Measures weights on held-out samples, side by side: with the future, and causal as in live."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from export import load
from measure import measure
from shards import Shards


def table(weights: list[Path], held_out: Path, batches: int) -> list[str]:
    """Markdown: PSNR (dB), SSIM and sharpness by regime for each file of weights."""
    shards = Shards(held_out, 120, 99)
    watch = [shards.batch(4) for _ in range(batches)]
    lines = [
        "| weights | sees | regime | input dB | dB | SSIM | sharp |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for path in weights:
        network = load(path)
        for causal in (False, True):
            for regime, found in measure(network, watch, causal).items():
                sees = "past" if causal else "past and future"
                lines.append(
                    f"| {path.stem} | {sees} | {regime} | {found['input']:.2f} | "
                    f"{found['psnr']:.2f} | {found['ssim']:.3f} | {found['sharpness']:.2f} |"
                )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", help="generator.pt, checkpoint.pt")
    parser.add_argument("--watch", type=Path, required=True, help="shards of held-out cameras")
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print("\n".join(table(options.weights, options.watch, options.batches)))


if __name__ == "__main__":
    main()
