"""An encoder archive of the real shapes with random weights, written from the format's description."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mtsum.training.encoder_archive import FEED_FORWARD, POSITIONS, WIDTH

LETTERS = "abcdefghijklmnopqrstuvwxyzëç.,"
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, "▁the", "▁dhe", "▁and", "▁Putin", "▁Kim"]


def q4_blocks(matrix: np.ndarray) -> np.ndarray:
    """Quantize to q4_0, written here from the format's description, independently of the reader."""
    rows = matrix.reshape(-1, 32).astype(np.float32)
    scale = np.abs(rows).max(1).clip(1e-6) / 7
    values = np.clip(np.round(rows / scale[:, None]), -8, 7).astype(np.int8) + 8
    packed = (values[:, :16] | (values[:, 16:] << 4)).astype(np.uint8)
    return np.concatenate([scale.astype("<f2").view(np.uint8).reshape(-1, 2), packed], 1).reshape(-1)


def write_archive(path: Path) -> None:
    """Write the archive, an .npz file, with a vocabulary of ``PIECES``."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {
        "vocab.pieces": np.frombuffer("\n".join(PIECES).encode(), np.uint8),
        "vocab.scores": np.array([-float(20 - len(piece)) for piece in PIECES], np.float32),
        "emb.word": q4_blocks(rng.normal(0, 0.2, (len(PIECES), WIDTH))),
        "emb.pos": rng.normal(0, 0.02, POSITIONS * WIDTH).astype(np.float32),
        "emb.type": np.zeros(2 * WIDTH, np.float32),
        "emb.ln.w": np.ones(WIDTH, np.float32),
        "emb.ln.b": np.zeros(WIDTH, np.float32),
    }
    for layer in range(12):
        for name, shape in {
            "q": (WIDTH, WIDTH),
            "k": (WIDTH, WIDTH),
            "v": (WIDTH, WIDTH),
            "ao": (WIDTH, WIDTH),
            "fi": (FEED_FORWARD, WIDTH),
            "fo": (WIDTH, FEED_FORWARD),
        }.items():
            arrays[f"l{layer}.{name}.w"] = q4_blocks(rng.normal(0, 0.05, shape))
            arrays[f"l{layer}.{name}.b"] = np.zeros(shape[0], np.float32)
        for norm in ("aln", "oln"):
            arrays[f"l{layer}.{norm}.w"] = np.ones(WIDTH, np.float32)
            arrays[f"l{layer}.{norm}.b"] = np.zeros(WIDTH, np.float32)
    np.savez(path, **arrays)
