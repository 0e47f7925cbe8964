"""What all trainings share: their course in steps and minutes, a checkpoint, a running average."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import torch
from torch import nn

WARM = 200
"""Steps in which the rate of learning grows."""

Parts = dict[str, nn.Module | torch.optim.Optimizer]


def save(path: Path, state: dict[str, object]) -> None:
    """Whole or not at all."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, step: int, most: float) -> None:
    """Moves the weights of `average` towards those of `network`: a mean over late steps, about
    `1 / (1 - most)` of them."""
    weight = 1 - min(most, (step + 1) / (step + 10))
    own = network.state_dict()
    for name, mean in average.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(own[name], weight)
        else:
            mean.copy_(own[name])


class Course:
    """Ends after so many steps or minutes, whichever is first; `parts` are kept in
    `folder/checkpoint.pt`, and what is there is gone on from."""

    def __init__(
        self, folder: Path, parts: Parts, steps: int, minutes: float, device: str = "cpu"
    ) -> None:
        self.parts, self.steps, self.minutes = parts, steps, minutes
        self.checkpoint = folder / "checkpoint.pt"
        self.step, spent = 0, 0.0
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True, map_location=device)
            for name, part in parts.items():
                part.load_state_dict(state[name])
            self.step, spent = int(state["step"]), float(state["spent"])
            print(f"resumed at step {self.step}", flush=True)
        self.began = time.monotonic() - spent

    @property
    def elapsed(self) -> float:
        """Minutes, those before it was resumed among them."""
        return (time.monotonic() - self.began) / 60

    @property
    def progress(self) -> float:
        """0 at the beginning, 1 and more at the end."""
        return max(self.step / self.steps, self.elapsed / self.minutes)

    @property
    def pace(self) -> float:
        """What the rate of learning is multiplied with: grows, then falls along a cosine."""
        fall = 0.02 + 0.49 * (1 + math.cos(math.pi * min(1.0, self.progress)))
        return min(1.0, (self.step + 1) / WARM) * fall

    def set_rate(self, optimiser: torch.optim.Optimizer, highest: float) -> None:
        for group in optimiser.param_groups:
            group["lr"] = highest * self.pace

    def keep(self) -> None:
        states = {name: part.state_dict() for name, part in self.parts.items()}
        save(self.checkpoint, {**states, "step": self.step, "spent": 60 * self.elapsed})
