"""Exports a trained detector to ONNX with uint8 planes in and scores out, and writes its card."""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detect_networks import NETWORKS, DetectorNet, gflops

SCORES = "uint8 [N, {}, H/2, W/2]: {}; 0 clean to 255 certain, damaged from 128 on"
GIVEN = {
    "damage": {
        "contrasts": "uint8 [N, 112, H/4, W/4]: how the frame differs from two neighbours and four "
        "frames from further away, packed by 4x4 luma samples; 128 = not"
    },
    "lens": {
        "luma": "uint8 [N, 2, H, W]: the mean over some frames, and 16 standard deviations",
        "chroma": "uint8 [N, 4, H/2, W/2]: U and V of both",
        "count": "uint8 [N, 1, H/2, W/2]: the number of frames",
    },
}
MULTIPLE = {"damage": 16, "lens": 8}


class Lens(nn.Module):
    """The lens detector between uint8 planes. `shift` moves each class's threshold to 128."""

    def __init__(self, network: DetectorNet, shift: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("shift", shift.view(1, -1, 1, 1))

    def forward(self, luma: Tensor, chroma: Tensor, count: Tensor) -> Tensor:
        bright, colour = F.pixel_unshuffle(luma.float(), 2), chroma.float()
        mean = torch.cat([bright[:, :4], colour[:, :2]], 1)
        spread = torch.cat([bright[:, 4:], colour[:, 2:]], 1)
        given = torch.cat([mean, spread, count.float()], 1)
        return scores(self.network(self.network.read(given)) + self.shift)


class Damage(nn.Module):
    """The damage detector from contrasts in bytes; their scale is folded into the first layer."""

    def __init__(self, network: DetectorNet, shift: Tensor) -> None:
        super().__init__()
        self.network = copy.deepcopy(network)
        stem = self.network.stem
        with torch.no_grad():
            stem.bias -= stem.weight.sum((1, 2, 3)) * (128 / 127)
            stem.weight /= 127
        self.register_buffer("shift", shift.view(1, -1, 1, 1))

    def forward(self, contrasts: Tensor) -> Tensor:
        return scores(self.network(contrasts.float()) + self.shift)


def scores(logits: Tensor) -> Tensor:
    return torch.floor(torch.sigmoid(logits) * 255 + 0.5).to(torch.uint8)


def in_bytes(packed: Tensor) -> Tensor:
    """Contrasts as src/detectors/contrasts.ts lays them out."""
    return torch.floor(packed * 127 + 128.5).clamp(0, 255).to(torch.uint8)


def pictures_of(name: str, rows: int, columns: int) -> dict[str, np.ndarray]:
    """Structured pictures with something to find in them."""
    rng = np.random.default_rng(3)
    pictures = NETWORKS[name].pictures
    ramp = np.add.outer(np.arange(2 * rows) * 2, np.arange(2 * columns)) % 180 + 30
    size = (1, pictures, 2 * rows, 2 * columns)
    luma = np.stack([ramp] * pictures)[None] + rng.normal(0, 2, size)
    chroma = 128 + rng.normal(0, 2, (1, 2 * pictures, rows, columns))
    given = {"luma": luma, "chroma": chroma}
    if name == "damage":
        luma[0, 0, :, columns : columns + 2] = 235
        luma[0, 0, rows : rows + 3] = 20
    else:
        luma[0, 1], chroma[0, 2:] = 30, 10
        luma[0, 0, rows // 2 : rows, columns // 2 : columns] = 40
        luma[0, 1, rows // 2 : rows, columns // 2 : columns] = 0
        given["count"] = np.full((1, 1, rows, columns), 16)
    return {k: np.clip(np.rint(v), 0, 255).astype(np.uint8) for k, v in given.items()}


def contrasts_of(network: DetectorNet, pictures: dict[str, np.ndarray]) -> np.ndarray:
    bright = torch.from_numpy(pictures["luma"])[0, :, None]
    colour = torch.from_numpy(pictures["chroma"])[0].unflatten(0, (-1, 2))
    planes = torch.cat([F.pixel_unshuffle(bright, 2), colour], 1).flatten(0, 1)[None]
    return in_bytes(network.read(planes)).numpy()


def export(name: str, network: DetectorNet, shift: Tensor, path: Path) -> dict[str, np.ndarray]:
    """Writes the ONNX file, checks it against PyTorch, returns the checked example with scores."""
    module = (Damage if name == "damage" else Lens)(network, shift).eval()
    pictures = pictures_of(name, 32, 48)
    damage = name == "damage"
    given = {"contrasts": contrasts_of(network, pictures)} if damage else pictures
    tensors = tuple(torch.from_numpy(v) for v in given.values())
    axes = {k: {0: "batch", 2: f"{k}_rows", 3: f"{k}_columns"} for k in (*given, "scores")}
    torch.onnx.export(
        module,
        tensors,
        str(path),
        input_names=list(given),
        output_names=["scores"],
        dynamic_axes=axes,
        opset_version=18,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(path))
    with torch.no_grad():
        wanted = module(*tensors).numpy()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (got,) = session.run(["scores"], given)
    off = int(np.abs(wanted.astype(int) - got.astype(int)).max())
    if off > 1:
        raise SystemExit(f"ONNX differs from PyTorch by {off} of 255")
    return {**pictures, **given, "scores": wanted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=sorted(NETWORKS), required=True)
    parser.add_argument("--weights", type=Path, required=True, help="NAME.pt or checkpoint.pt")
    parser.add_argument("--shift", type=float, nargs="*", default=[], help="to each class's logit")
    parser.add_argument("--out", type=Path, required=True, help="models/NAME.onnx")
    parser.add_argument("--card", type=Path, help="JSON with data, licences, scores")
    parser.add_argument("--fixture", type=Path, help="folder for the example in raw bytes")
    options = parser.parse_args()
    network = NETWORKS[options.network]().eval()
    state = torch.load(options.weights, weights_only=True, map_location="cpu")
    network.load_state_dict(state.get("average", state))
    classes = network.classes
    shift = torch.tensor(options.shift or [0.0] * len(classes))
    checked = export(options.network, network, shift, options.out)
    size = network.read(torch.zeros(1, network.planes, 192, 320)).shape
    card = json.loads(options.card.read_text()) if options.card else {}
    card |= {
        "name": options.out.stem,
        "file": options.out.name,
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
        "role": "detector",
        "inputs": GIVEN[options.network],
        "outputs": {"scores": SCORES.format(len(classes), ", ".join(classes))},
        "maskPolarity": "255 = repair",
        "cellMultiple": MULTIPLE[options.network],
        "parameters": sum(p.numel() for p in network.parameters()),
        "gflopsAt640x360": round(gflops(network, tuple(size)) * 180 / 192, 2),
    }
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    if options.fixture:
        options.fixture.mkdir(parents=True, exist_ok=True)
        shapes = {}
        for key, array in checked.items():
            (options.fixture / f"{key}.bin").write_bytes(array.tobytes())
            shapes[key] = {"type": str(array.dtype), "dims": list(array.shape)}
        text = {"sha256": card["sha256"], "tensors": shapes}
        (options.fixture / "shapes.json").write_text(json.dumps(text, indent=2) + "\n")


if __name__ == "__main__":
    main()
