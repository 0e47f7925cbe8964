"""Samples: seeded, split by photograph, and what they say is so."""

from __future__ import annotations

import numpy as np
import pytest

from damage import damage, tell
from data import make_samples
from memory import Memory
from noise import KINDS, add_noise, code, sensor_noise
from samples import DEPTH, PLANES, mirror
from scenes import SceneMaker, pack, read_photos, unpack
from shards import Shards


def still(frames: int = 8, size: int = 32) -> np.ndarray:
    picture = np.random.default_rng(3).integers(60, 190, (size, size, 6)).astype(np.uint8)
    return np.repeat(picture[None], frames, 0)


def test_cells_are_packed_and_unpacked_without_loss():
    image = np.random.default_rng(0).integers(0, 256, (24, 20)).astype(np.uint8)
    assert np.array_equal(unpack(pack(image)), image)


def test_no_photograph_is_in_training_and_in_validation(raw):
    training, validation = read_photos(raw / "photos", False), read_photos(raw / "photos", True)
    assert len(training) + len(validation) == 12 and len(validation) == 2
    assert not any(np.array_equal(a, b) for a in training for b in validation)


def test_tiles_go_where_their_photograph_goes(tmp_path, raw):
    photo = (raw / "photos" / "drawn-00.jpg").read_bytes()
    for name in ("a", "a_t1", "a_t2", "b", "b_t1"):
        (tmp_path / f"{name}.jpg").write_bytes(photo)
    assert (len(read_photos(tmp_path, True)), len(read_photos(tmp_path, False))) == (3, 2)


def test_the_same_seed_makes_the_same_samples(raw):
    maker = SceneMaker(read_photos(raw / "photos", False), [], size=96)
    both = [
        make_samples(np.random.default_rng(5), maker.make(np.random.default_rng(4), 32))
        for _ in range(2)
    ]
    assert both[0].shape == (6, DEPTH, 48, 48)
    assert np.array_equal(*both)


@pytest.mark.parametrize("kind", ["h264", "hevc", "mjpeg"])
def test_codecs_keep_the_order_and_the_picture(kind):
    frames = np.stack([np.full((32, 32, 6), 60 + 12 * k, np.uint8) for k in range(8)])
    frames[..., 4:] = 128
    coded = code(np.random.default_rng(1), frames, kind)
    assert np.abs(coded[..., :4].astype(int) - frames[..., :4]).mean() < 4


def test_sensor_noise_grows_with_the_light():
    frames = np.full((4, 64, 64, 6), 128, np.uint8)
    frames[:, :32, :, :4], frames[:, 32:, :, :4] = 40, 220
    ratios = []
    for seed in range(5):
        off = sensor_noise(np.random.default_rng(seed), frames).astype(float) - frames
        ratios.append(off[:, 32:, :, :4].std() / off[:, :32, :, :4].std())
    assert min(ratios) > 1 and max(ratios) > 1.3


def test_white_noise_is_told_within_its_error():
    assert sum(KINDS.values()) == pytest.approx(1)
    for seed in range(40):
        noisy, told = add_noise(np.random.default_rng(seed), still())
        true = (noisy.astype(float) - still())[..., :4].std()
        assert (told.max() == 0) == (true == 0)
        if true > 0:
            assert 0.2 < told.mean() / max(1.5, true) < 4


def test_masks_that_are_told_may_be_small_large_or_missing():
    true = np.zeros((30, 20, 20), bool)
    true[:, 5:12, 6:14] = True
    sizes = {int(tell(np.random.default_rng(seed), true).sum()) for seed in range(60)}
    assert true.sum() in sizes and min(sizes) < true.sum() < max(sizes)


def test_damage_changes_nothing_but_what_it_says():
    for seed in range(20):
        noisy = still(6, 48)
        spoiled = damage(np.random.default_rng(seed), noisy)
        off = np.abs(spoiled.frames.astype(int) - noisy).max(-1)
        # A soft edge fades out beyond what counts as damaged.
        assert off[~spoiled.true].max(initial=0) <= 28


def test_mirroring_twice_is_nothing_and_turns_single_samples_over():
    sample = np.random.default_rng(0).integers(0, 200, (DEPTH, 8, 8)).astype(np.uint8)
    sample[6] = 0
    sample[6, 3, 2] = 241  # top left
    turned = mirror(sample)
    assert turned[6, 3, 5] == 242
    assert np.array_equal(mirror(turned), sample)
    first = PLANES["clean"].start
    assert np.array_equal(turned[first], sample[first + 1][:, ::-1])


def test_memory_holds_the_mean_of_what_was_seen_and_nothing_of_what_was_hidden():
    memory = Memory.empty(8, 8)
    mask = np.zeros((8, 8), bool)
    mask[2:4, 2:4] = True
    for value in (100, 104):
        frame = np.full((8, 8, 6), value, np.float32)
        frame[mask] = 255
        memory.learn(frame, mask, 5.0)
    assert np.allclose(memory.recent[0, 0, 4], 102) and memory.recent_count[0, 0] == 2
    assert (memory.recent_count[mask] == 0).all()


def test_crops_are_of_the_asked_size(shards):
    batch = Shards(shards / "samples", 40, 1).batch(3)
    assert tuple(batch.shape) == (3, DEPTH, 40, 40)
    with pytest.raises(SystemExit, match="expected shards in"):
        Shards(shards / "photos", 40, 1)
