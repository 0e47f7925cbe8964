"""Fine-tuning for one camera without clean originals."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from finetune import Error, adapt, held_out_error, noise_level, same_scene, view
from networks import Generator
from options import Options

SIGMA = 12.0


def recording(frames: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """A still scene, clean and noisy, with a bright mover in it."""
    rng = np.random.default_rng(2)
    ground = np.kron(rng.integers(60, 190, (6, 6, 6)), np.ones((8, 8, 1)))
    clean = np.repeat(ground[None], frames, 0)
    for moment in range(frames):
        left = moment % 40
        clean[moment, 10:18, left : left + 8, :4] = 220
    noisy = clean + rng.normal(0, SIGMA, clean.shape)
    return clean.astype(np.uint8), np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


class Fixed(nn.Module):
    """A denoiser of known error: the mean of frame and background memory."""

    def forward(self, frame, memories, counts, mask, sigma, synthesis):
        return {"picture": (frame + memories[:, 12:18]) / 2}


def test_noise_is_measured_beside_movement():
    assert abs(noise_level(recording()[1]) - SIGMA) < 1


def test_what_moved_is_not_the_same_scene():
    _, noisy = recording()
    still = same_scene(noisy[5], noisy[6], SIGMA)
    assert still[24:, :].mean() > 0.9
    clean = recording()[0]
    changed = np.abs(clean[5].astype(int) - clean[6])[..., 0] > 60
    assert still[changed].mean() < 0.3


def test_the_error_to_the_truth_is_found_without_the_truth():
    clean, noisy = recording()
    found, true = [], []
    for seed in range(6):
        sample = view(np.random.default_rng(seed), noisy, False)
        batch = torch.from_numpy(sample[None])
        found.append(held_out_error(Fixed(), batch).to_truth)
        # The same sample against the clean ground: find which frame by its planes.
        frame = sample[:6].transpose(1, 2, 0)
        moment = next(k for k in range(60) if np.array_equal(noisy[k], frame))
        made = (frame.astype(float) + sample[22:28].transpose(1, 2, 0)) / 2
        still = sample[42] == 0
        true.append(((made - clean[moment]) ** 2).mean(-1)[still].mean())
    assert abs(np.mean(found) / np.mean(true) - 1) < 0.2


def test_an_untrained_network_learns_the_camera(tmp_path):
    _, noisy = recording()
    torch.manual_seed(0)
    weights = tmp_path / "weights.pt"
    network = Generator((8, 8, 8, 8))
    nn.init.normal_(network.tail.weight, std=0.3)
    torch.save({"average": network.state_dict()}, weights)
    options = Options(
        data=tmp_path / "shown", watch=tmp_path / "held-out", out=tmp_path / "run", steps=60,
        rate=5e-3, warm=weights, fidelity="noise2noise", adversarial=0.0, size="8,8,8,8", batch=2,
        crop=32, every=1000,
    )  # fmt: skip
    report = adapt([noisy], options, 0.6)
    assert report["gain in dB on the held-out part"] > 1
    assert (tmp_path / "run" / "generator.pt").exists()


def test_an_error_is_never_below_nothing():
    assert Error(to_next=4.0, noise=5.0).to_truth > 0
