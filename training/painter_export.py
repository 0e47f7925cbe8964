"""Exports the painter to ONNX with uint8 planes in, gains and rests out, and writes its card."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from painter_network import PainterNet

INPUTS = {
    "luma": "uint8 [N, 3, H, W]: the mean of what was seen; the same with hidden cells continued "
    "harmonically from around; how opaque what hides them is, as arithmetic guesses it",
    "chroma": "uint8 [N, 7, H/2, W/2]: U and V of the first two; Y, U and V of what hides each "
    "patch, 0 outside and where nothing can be seen through it",
    "mask": "uint8 [N, 1, H/2, W/2]: not 0 = hidden",
}
OUTPUTS = {
    "plate_luma": "float32 [N, 3, H, W]: opacity, 1 where nothing can be seen through; gain; and "
    "rest in grey levels, 0 outside the mask; a sample is painted as continued + gain * (seen - "
    "continued - opacity * (dirt - continued)) + rest",
    "plate_chroma": "float32 [N, 4, H/2, W/2]: opacity, gain, rests of U and V",
}
MULTIPLE = 4


class Plates(nn.Module):
    """The painter between planes."""

    def __init__(self, network: PainterNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, luma: Tensor, chroma: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        bright, colour = F.pixel_unshuffle(luma.float(), 2) / 255, chroma.float() / 255
        seen = torch.cat([bright[:, :4], colour[:, :2]], 1)
        film, guess = torch.cat([bright[:, 4:8], colour[:, 2:4]], 1), bright[:, 8:]
        said = self.network(seen, film, guess, (mask > 0).float(), colour[:, 4:])
        opacity, gain, rest = said[0], said[1], 255 * said[2]
        plates = F.pixel_shuffle(torch.cat([opacity[:, :4], gain[:, :4], rest[:, :4]], 1), 2)
        return plates, torch.cat([opacity[:, 4:5], gain[:, 4:5], rest[:, 4:]], 1)


def example(rows: int, columns: int) -> dict[str, np.ndarray]:
    """A ramp with grit, behind a spot whose edge is soft."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0 : 2 * rows, 0 : 2 * columns].astype(np.float32)
    truth = 60 + x + 0.5 * y + rng.normal(0, 8, x.shape)
    reach = np.hypot(x - columns, y - rows) / (0.5 * rows)
    alpha = np.clip((1.2 - reach) / 0.4, 0, 1)
    luma = np.stack([truth + alpha * (40 - truth), 60 + x + 0.5 * y, 255 * alpha])[None]
    small = alpha[::2, ::2]
    mask = 255.0 * (alpha.reshape(rows, 2, columns, 2).max((1, 3)) > 0.1)
    grey, hidden = np.full_like(small, 128), mask > 0
    middle = [hidden * value for value in (40, 120, 134)]
    chroma = np.stack([128 - 8 * small, 128 + 6 * small, grey, grey, *middle])[None]
    mask = mask[None, None]
    given = {"luma": luma, "chroma": chroma, "mask": mask}
    return {k: np.clip(np.rint(v), 0, 255).astype(np.uint8) for k, v in given.items()}


def export(network: PainterNet, path: Path) -> dict[str, np.ndarray]:
    """Writes the ONNX file, checks it against PyTorch, returns the checked example with results."""
    module = Plates(network).eval()
    given = example(32, 48)
    tensors = tuple(torch.from_numpy(v) for v in given.values())
    axes = {k: {0: "batch", 2: f"{k}_rows", 3: f"{k}_columns"} for k in (*given, *OUTPUTS)}
    torch.onnx.export(
        module,
        tensors,
        str(path),
        input_names=list(given),
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=18,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(path))
    with torch.no_grad():
        wanted = [one.numpy() for one in module(*tensors)]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(OUTPUTS), given)
    for name, a, b in zip(OUTPUTS, wanted, got, strict=True):
        off = float(np.abs(a - b).max())
        if off > 0.01:
            raise SystemExit(f"ONNX differs from PyTorch by {off} in {name}")
    return {**given, **dict(zip(OUTPUTS, wanted, strict=True))}


def gflops(network: PainterNet, rows: int, columns: int) -> float:
    """Multiply-adds of convolutions, twice, in billions."""
    total = 0

    def count(layer: nn.Conv2d, _: object, out: Tensor) -> None:
        nonlocal total
        total += 2 * layer.weight.numel() * out.shape[2] * out.shape[3]

    hooks = [
        layer.register_forward_hook(count)
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    blank = torch.zeros(1, 6, rows, columns)
    with torch.no_grad():
        network(blank, blank, blank[:, :4], blank[:, :1], blank[:, :3])
    for hook in hooks:
        hook.remove()
    return total / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="painter.pt or checkpoint.pt")
    parser.add_argument("--out", type=Path, required=True, help="models/painter.onnx")
    parser.add_argument("--card", type=Path, help="JSON with data, licences, scores")
    parser.add_argument("--fixture", type=Path, help="folder for the example in raw bytes")
    options = parser.parse_args()
    network = PainterNet().eval()
    state = torch.load(options.weights, weights_only=True, map_location="cpu")
    network.load_state_dict(state.get("average", state))
    checked = export(network, options.out)
    card = json.loads(options.card.read_text()) if options.card else {}
    card |= {
        "name": options.out.stem,
        "file": options.out.name,
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
        "role": "painter",
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "maskPolarity": "255 = repair",
        "cellMultiple": MULTIPLE,
        "parameters": sum(p.numel() for p in network.parameters()),
        "gflopsAt640x360": round(gflops(network, 180, 320), 2),
        "gflopsATile": round(gflops(network, 96, 96), 2),
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
