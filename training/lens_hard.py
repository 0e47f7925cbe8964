"""Looks for windows without dirt in which a trained `lens` sees some, to learn from them again.

Writes `[N, 13, WINDOW, WINDOW]` uint8, planes as in lens_data.py; as `RAW/hard.npy` they are among
what the next samples are made of.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from detect_networks import NETWORKS
from detect_train import begin_with
from lens_data import Cameras, dress, planes_of, undress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="photos, clips, shapes")
    parser.add_argument("--skip", default="", help="clip prefixes left out, e.g. e06,e11")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--shift", type=float, nargs="*", default=[-0.7, -2, -2])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=4000, help="how many are tried")
    parser.add_argument("--cells", type=int, default=40, help="wrong cells from which one is kept")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    network = NETWORKS["lens"]().eval()
    begin_with(network, torch.load(options.weights, weights_only=True))
    cameras = Cameras(options.raw, set(filter(None, options.skip.split(","))), False)
    rng = np.random.default_rng(options.seed)
    shift = torch.tensor(options.shift).view(1, -1, 1, 1)
    kept = []
    for tried in range(1, options.windows + 1):
        window = cameras.window(rng)
        sheet = dress(rng, window.mean, window.spread, cameras)
        planes = planes_of(*undress(sheet), window.count)
        with torch.no_grad():
            logits = network(network.read(torch.from_numpy(planes)[None])) + shift
        if (logits > 0).any(1).sum() >= options.cells:
            kept.append(planes)
        if tried % 500 == 0:
            print(f"{len(kept)} of {tried} windows are hard", flush=True)
    np.save(options.out, np.stack(kept))


if __name__ == "__main__":
    main()
