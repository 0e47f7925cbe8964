"""Samples that `painter` learns from: a picture, something in front of it, and the soap film.

They are drawn while the network learns, from photographs and from stills of real cameras. A sample
is `[34, SIDE, SIDE]` uint8: six planes of what is seen, six of the picture continued into the hole
as smoothly as can be, six of the truth, six of the opacity of what hides it, six of the opacity as
arithmetic tells it, the mask (255 = hidden), and three of the colour of what hides each patch, 0
where nothing can be seen through it.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from detect_damage import Field, mean_in_cell
from lens_damage import reach, soft_edge
from painter_film import soap_film
from scenes import Pixels, pack, read_clip, read_photos, unpack

SIDE = 48
STILLS = 12
SEEN, FILM, TRUTH, OPACITY = slice(0, 6), slice(6, 12), slice(12, 18), slice(18, 24)
GUESS, MASK, COLOUR = slice(24, 30), slice(30, 31), slice(31, 34)
PICTURES, PLANES = 5, 34
CORE = 0.65
"""Share of the greatest depth from which a cell belongs to the middle of a patch."""
PLAIN, ENOUGH_CONTRAST = 12, 400
"""Grey levels by which the middle of dirt may vary; and squared ones by which it must differ from
the film. What is not like that hides all that is behind it."""


BINOMIAL = np.float32([1, 4, 6, 4, 1]) / 16
BINS, TOP = 64, 1.1
GRAIN = 3
"""Weight of the grain, which misleads the smoothed value, beside what misleads the distance."""


class Pictures:
    """Clean crops as a surveillance camera would show them: `[SIDE, SIDE, 6]` uint8."""

    def __init__(self, raw: Path, skip: set[str], held_out: bool) -> None:
        self.photos = read_photos(raw / "photos", held_out)
        clips = sorted((raw / ("held-out-clips" if held_out else "clips")).glob("*.mp4"))
        films = [read_clip(path, max_width=640) for path in clips if path.stem[:3] not in skip]
        self.cameras = [film[:: max(1, len(film) // STILLS)].copy() for film in films]
        freeform = sorted((raw / "shapes").glob("*.png"))
        shapes = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in freeform]
        self.shapes = [shape for shape in shapes if shape is not None]

    def crop(self, rng: np.random.Generator) -> Pixels:
        """Mostly the busier of two: bare walls teach nothing."""
        first, other = self._any(rng), self._any(rng)
        if rng.random() < 0.7 and other[..., :4].std() > first[..., :4].std():
            return other
        return first

    def _any(self, rng: np.random.Generator) -> Pixels:
        if self.cameras and (rng.random() < 0.5 or not self.photos):
            return self._still(rng)
        photo = self.photos[rng.integers(len(self.photos))]
        # As many samples of the photograph as one of the picture takes the place of.
        shrink = float(np.exp(rng.uniform(0, np.log(min(photo.shape[:2]) / (2 * SIDE) / 1.2))))
        side = int(2 * SIDE * shrink)
        top, left = (int(rng.integers(edge - side + 1)) for edge in photo.shape[:2])
        view = photo[top : top + side, left : left + side]
        view = cv2.resize(view, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_AREA)
        contrast, lift = rng.uniform(0.5, 1.1), rng.uniform(-10, 40)
        view = view.astype(np.float32) * contrast + lift
        if rng.random() < 0.6:
            view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.3, 1.1))
        view = np.clip(view, 0, 255).astype(np.uint8)
        if rng.random() < 0.5:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
            view = cv2.imdecode(cv2.imencode(".jpg", view, quality)[1], cv2.IMREAD_COLOR)
        return pack(cv2.cvtColor(view, cv2.COLOR_RGB2YUV_I420))

    def _still(self, rng: np.random.Generator) -> Pixels:
        stills = self.cameras[rng.integers(len(self.cameras))]
        still = stills[rng.integers(len(stills))]
        rows, columns = still.shape[:2]
        if rng.random() < 0.3:
            # Smaller pictures of the same scene are as good as other cameras.
            size = rng.uniform(0.55, 0.95)
            wide, tall = (int(edge * size) // 2 * 4 for edge in (columns, rows))
            bgr = cv2.cvtColor(unpack(still), cv2.COLOR_YUV2BGR_I420)
            bgr = cv2.resize(bgr, (wide, tall), interpolation=cv2.INTER_AREA)
            still = pack(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420))
            rows, columns = still.shape[:2]
        top, left = int(rng.integers(rows - SIDE + 1)), int(rng.integers(columns - SIDE + 1))
        return still[top : top + SIDE, left : left + SIDE]


def opacity_of(rng: np.random.Generator, shapes: list[Pixels]) -> Field:
    """`[2 SIDE, 2 SIDE]` of one thing: soft dirt, mostly; hard things, drawn shapes, scratches."""
    shape = (2 * SIDE, 2 * SIDE)
    kind = rng.random()
    if kind < 0.86:
        radius = float(np.exp(rng.uniform(np.log(3.5), np.log(26))))
        soft = rng.uniform(0.2, 0.7) if rng.random() < 0.75 else rng.uniform(0.03, 1.0)
        alpha = soft_edge(reach(rng, shape, radius)[0], float(soft))
        return alpha * np.float32(rng.uniform(0.6, 1) if rng.random() < 0.15 else 1)
    alpha = np.zeros(shape, np.float32)
    if kind < 0.93 and shapes:
        mask = shapes[rng.integers(len(shapes))]
        side = int(rng.uniform(0.15, 0.8) * 2 * SIDE)
        mask = cv2.resize(mask, (side, side)) > 127
        if mask.mean() > 0.7:
            mask = ~mask
        top, left = (int(v) for v in rng.integers(0, 2 * SIDE - side + 1, 2))
        alpha[top : top + side, left : left + side] = mask
    else:
        ends = rng.uniform(-0.2, 1.2, (2, 2)) * 2 * SIDE
        bend = rng.standard_normal(2) * 8
        t = np.linspace(0, 1, 16)[:, None]
        line = ends[0] + (ends[1] - ends[0]) * t + bend * t * (1 - t) * 4
        points = np.rint(line).astype(np.int32)
        cv2.polylines(alpha, [points], False, 1.0, int(rng.integers(1, 9)))
    return cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.3, 1.5)) if rng.random() < 0.5 else alpha


def hide(
    rng: np.random.Generator, pictures: Pictures, clean: Pixels
) -> tuple[Pixels, Pixels, Pixels]:
    """What is seen, how opaque what hides it is, both `[SIDE, SIDE, 6]`, and the mask."""
    luma = unpack(clean)[: 2 * SIDE].astype(np.float32)
    chroma = clean[..., 4:].astype(np.float32)
    clear = np.ones(luma.shape, np.float32)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    visible = 0.1 if rng.random() < 0.7 else rng.uniform(0.03, 0.25)
    for _ in range(40):
        alpha = opacity_of(rng, pictures.shapes)
        share = mean_in_cell(alpha).mean()
        # The window may lie beside it; and what hides all of it leaves nothing to go by.
        if not 0.004 < share < 0.5:
            continue
        kind = rng.random()
        value = rng.uniform(10, 85) if kind < 0.55 else rng.uniform(85, 235)
        shade = np.full(alpha.shape, value, np.float32)
        if rng.random() < 0.3:
            slope = rng.uniform(-25, 25, 2) / SIDE
            y, x = np.mgrid[-SIDE:SIDE, -SIDE:SIDE].astype(np.float32)
            shade += slope[0] * x + slope[1] * y
        shade += rng.choice([0, 1.5, 3, 5]) * rng.standard_normal(alpha.shape, np.float32)
        tint = np.float32([128 - rng.uniform(0, 12), 128 + rng.uniform(-4, 8)])
        tint = np.broadcast_to(tint, chroma.shape)
        if rng.random() < 0.06:
            # Something that stands before the scene.
            other = pictures.crop(rng)
            shade = unpack(other)[: 2 * SIDE].astype(np.float32)
            tint = other[..., 4:].astype(np.float32)
        luma += (shade - luma) * alpha
        cells = mean_in_cell(alpha)[..., None]
        chroma += (tint - chroma) * cells
        clear *= 1 - alpha
        touched = alpha.reshape(SIDE, 2, SIDE, 2).max((1, 3)) > visible
        mask[touched] = 255
        if rng.random() < 0.75 or (mask > 0).mean() > 0.3:
            break
    wider = int(rng.choice([0, 1, 2], p=[0.65, 0.22, 0.13]))
    if wider:
        mask = cv2.dilate(mask, np.ones((2 * wider + 1,) * 2, np.uint8))
    if rng.random() < 0.2:
        sigma = rng.uniform(0.5, 6)
        luma += sigma * rng.standard_normal(luma.shape, np.float32)
        chroma += 0.6 * sigma * rng.standard_normal(chroma.shape, np.float32)
    opaque = 255 * (1 - clear)
    cells = np.repeat(mean_in_cell(opaque)[..., None], 2, -1)
    return packed(luma, chroma), packed(opaque, cells), mask


def packed(luma: Field, chroma: Field) -> Pixels:
    planes = np.concatenate([luma.ravel(), chroma[..., 0].ravel(), chroma[..., 1].ravel()])
    whole = np.clip(np.rint(planes), 0, 255).astype(np.uint8).reshape(3 * SIDE, 2 * SIDE)
    return pack(whole)


def colours(shown: Pixels, film: Pixels, mask: Pixels) -> Pixels:
    """`[SIDE, SIDE, 3]`: Y, U, V of what hides each patch, the median over its middle, as
    src/restorers/painter/plate-network.ts finds it; 0 outside, and where it is not plain."""
    out = np.zeros((SIDE, SIDE, 3), np.uint8)
    depth = cv2.distanceTransform((mask > 0).astype(np.uint8), cv2.DIST_L2, 3)
    count, labels = cv2.connectedComponents((mask > 0).astype(np.uint8), connectivity=8)
    for label in range(1, count):
        patch = labels == label
        middle = patch & (depth >= CORE * depth[patch].max())
        colour = np.array([np.median(shown[middle][:, k]) for k in (slice(0, 4), 4, 5)])
        every = np.repeat(colour, (4, 1, 1))
        contrast = ((every - film[patch]) ** 2 * (0.25, 0.25, 0.25, 0.25, 1, 1)).sum(1).mean()
        if shown[middle][:, :4].std() <= PLAIN and contrast >= ENOUGH_CONTRAST:
            out[patch] = np.maximum(colour, (1, 0, 0))
    return out


def guessed_opacity(shown: Pixels, film: Pixels, mask: Pixels, shades: Pixels) -> Pixels:
    """`[SIDE, SIDE, 6]` uint8: how opaque each sample is, as src/restorers/painter/veil.ts guesses
    it; 255 where nothing can be seen through, 0 outside the mask.

    How far a sample is on its way from the film to the dirt is rough, since the film lacks texture.
    So it is smoothed, and made sharp again by the increasing function of the smoothed value that
    fits each patch best. Dirt is also the more opaque the farther it is from its edge: that
    function is mixed with the increasing function of the distance that fits best, as either is
    likely to be wrong."""
    seen, flat = (_luma_and_chroma(cells) for cells in (shown, film))
    hidden = mask > 0
    guess = 255.0 * _fine(hidden)
    depth = cv2.distanceTransform(_fine(hidden).astype(np.uint8), cv2.DIST_L2, 3)
    count, labels = cv2.connectedComponents(hidden.astype(np.uint8), connectivity=8)
    for label in range(1, count):
        patch = labels == label
        colour = shades[patch][0].astype(np.float32)
        if colour[0] == 0:
            continue
        inside = _fine(patch) > 0
        change, away = seen - flat, colour - flat
        contrast = (away * away).sum(-1)
        rough = np.clip((change * away).sum(-1) / (contrast + 1), -0.1, 1.1) * inside
        smooth = _blur(rough * contrast) / (_blur(contrast) + 1e-6)
        points = rough[inside], contrast[inside]
        inwards = TOP * depth[inside] / max(1.0, depth[inside].max())
        near, deep = increasing(smooth[inside], *points), increasing(inwards, *points)
        grain, all_of_it = (
            np.average((points[0] - fit) ** 2, weights=points[1] + 1e-6) for fit in (near, deep)
        )
        # What of the error is grain, and by how much the distance is beside the mark.
        left = GRAIN * grain + 1e-6
        share = left / (left + max(0.0, all_of_it - grain))
        guess[inside] = 255 * np.clip(near + share * (deep - near), 0, 1)
    cells = np.repeat(mean_in_cell(guess)[..., None], 2, -1)
    return packed(guess, cells)


def _fine(cells: NDArray) -> Field:
    return cells.repeat(2, 0).repeat(2, 1).astype(np.float32)


def _luma_and_chroma(cells: Pixels) -> Field:
    """`[2 SIDE, 2 SIDE, 3]`."""
    luma = unpack(cells)[: 2 * SIDE].astype(np.float32)
    return np.dstack([luma, _fine(cells[..., 4]), _fine(cells[..., 5])])


def _blur(plane: Field) -> Field:
    return cv2.sepFilter2D(plane, -1, BINOMIAL, BINOMIAL, borderType=cv2.BORDER_CONSTANT)


def increasing(x: Field, y: Field, weight: Field) -> Field:
    """The increasing function of `x` that fits `y` best, at `x`: by pooling adjacent violators
    (Ayer et al. 1955), over bins, linear in between."""
    bins = np.clip((x * BINS / TOP).astype(int), 0, BINS - 1)
    weights, sums = np.bincount(bins, weight, BINS), np.bincount(bins, weight * y, BINS)
    pools: list[list[float]] = []
    for place in np.flatnonzero(weights > 0):
        pool = [sums[place] / weights[place], weights[place], place, place]
        while pools and pools[-1][0] >= pool[0]:
            value, much, first, _ = pools.pop()
            both = much + pool[1]
            pool = [(value * much + pool[0] * pool[1]) / both, both, first, pool[3]]
        pools.append(pool)
    if not pools:
        return np.ones_like(x)
    knots = [((first + last) / 2 + 0.5) * TOP / BINS for _, _, first, last in pools]
    return np.interp(x, knots, [pool[0] for pool in pools])


def make_samples(rng: np.random.Generator, pictures: Pictures, count: int) -> Tensor:
    """`[count, PLANES, SIDE, SIDE]` uint8."""
    seen, truth, opacity, masks = [], [], [], []
    while len(seen) < count:
        clean = pictures.crop(rng)
        shown, opaque, mask = hide(rng, pictures, clean)
        if not 0.002 < (mask > 0).mean() < 0.6:
            continue
        seen.append(shown)
        truth.append(clean)
        opacity.append(opaque)
        masks.append(mask)
    shown, clean, opaque = (
        torch.from_numpy(np.stack(v)).movedim(-1, 1) for v in (seen, truth, opacity)
    )
    mask = torch.from_numpy(np.stack(masks))[:, None]
    film = soap_film(shown.float(), (mask > 0).float()).add(0.5).clamp(0, 255).to(torch.uint8)
    planes = film.movedim(1, -1).numpy()
    shades = [colours(*one) for one in zip(seen, planes, masks, strict=True)]
    guesses = [guessed_opacity(*one) for one in zip(seen, planes, masks, shades, strict=True)]
    shade, guess = (torch.from_numpy(np.stack(v)).movedim(-1, 1) for v in (shades, guesses))
    return torch.cat([shown, film, clean, opaque, guess, mask, shade], 1)
