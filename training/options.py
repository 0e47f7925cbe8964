"""Every switch of a training run, for train.py and for whoever starts runs from Python."""

from __future__ import annotations

import argparse
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass
class Options:
    data: Path
    watch: Path
    """Shards of held-out cameras."""
    out: Path
    steps: int = 8000
    minutes: float = 1e9
    """End the schedule by then; by steps or by the clock, whichever is further on."""
    batch: int = 8
    crop: int = 80
    rate: float = 1.2e-3
    threads: int = 1
    seed: int = 1
    every: int = 250
    """Validate and save after so many steps."""
    warm: Path | None = None
    """A checkpoint whose fitting weights to start from."""

    network: str = "generator"
    """generator or context-encoder."""
    size: str = "lite"
    """lite, quality, or four widths with commas."""
    norm: str = "none"
    attention: bool = False
    partial: bool = False
    freeze: bool = False
    """Train the second look alone; needs `--warm`, and a size that has one."""
    half: bool = False
    """The second look in bfloat16: twice as fast where the processor has it."""
    memory: bool = True
    """False: the network is shown no memory at all."""

    fidelity: str = "charbonnier"
    """charbonnier (and squared error in hidden cells), l1, or noise2noise (see finetune.py)."""
    adversarial: float = 0.12
    """Last share of the schedule in which the adversarial loss takes part; 0 = never."""
    adversarial_weight: float = 0.004
    game: str = "non-saturating"
    """non-saturating or minimax."""
    judge: str = "patch"
    """patch or multi-scale."""
    judge_norm: str = "none"
    judge_rate: float = 2e-4
    spectral: bool = True
    r1: float = 0.0
    """Weight of the gradient penalty."""
    feature_matching: float = 0.0
    judge_steps: int = 1
    """Judge steps for each generator step."""
    generator_steps: int = 1
    """Generator steps for each judge step."""
    on_collapse: str = "warn"
    """warn, or stop: end with exit code 3."""

    profile: int = 0
    """Steps to profile; profile.txt and a trace for TensorBoard."""


CHOICES = {
    "network": ("generator", "context-encoder"),
    "norm": ("none", "batch"),
    "judge_norm": ("none", "batch"),
    "fidelity": ("charbonnier", "l1", "noise2noise"),
    "game": ("non-saturating", "minimax"),
    "judge": ("patch", "multi-scale"),
    "on_collapse": ("warn", "stop"),
}


def parse(arguments: list[str] | None, description: str | None) -> Options:
    """From a command line: `--no-NAME` for what is on by default."""
    parser = argparse.ArgumentParser(description=description)
    for field in fields(Options):
        flag = "--" + field.name.replace("_", "-")
        if field.default is MISSING:
            parser.add_argument(flag, type=Path, required=True)
        elif isinstance(field.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=field.default)
        else:
            kind: Any = Path if field.name == "warm" else type(field.default)
            parser.add_argument(
                flag, type=kind, default=field.default, choices=CHOICES.get(field.name)
            )
    return Options(**vars(parser.parse_args(arguments)))
