"""The encoder of a converted translator as a model of its own: token states of a text, without torch.

``ctranslate2.Translator`` shows no encoder states, and ``ctranslate2.Encoder`` loads encoders only. The encoder's variables
have the same names in both kinds of ``model.bin``, so they are copied as they are, int8 rows and all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mtsum.engines.ctranslate2 import thread_count
from mtsum.engines.families.base import read_json
from mtsum.engines.model_file import ModelFile, read_model_file
from mtsum.engines.tokenization import JsonTokenizer
from mtsum.errors import EngineError, ModelBroken

_FORMAT = 1
"""Raise this when what an encoder directory holds changes: older ones are then made anew."""
_SPECIFICATION, _REVISION = "TransformerEncoderSpec", 1
_BATCH_TOKENS = 2048


def encoder_directory(translator: Path, cache: Path) -> Path:
    """The directory of the encoder of the CTranslate2 directory ``translator``, written under ``cache`` the first time.

    Raises ``ModelBroken`` where ``translator`` is no encoder-decoder with a ``tokenizer.json``.
    """
    model = read_model_file(translator / "model.bin")
    if model.specification != "TransformerSpec":
        raise ModelBroken(f"{translator} is a {model.specification}, which has no encoder and decoder")
    if not (translator / "tokenizer.json").is_file():
        raise ModelBroken(f"{translator} has no tokenizer.json")
    digest = hashlib.sha256(f"{_FORMAT} {_digest(model.path)}".encode()).hexdigest()[:16]
    place = cache / f"{translator.resolve().name}-{digest}"
    if not (place / "model.bin").is_file():
        _write(model, translator, place)
    return place


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(model: ModelFile, translator: Path, place: Path) -> None:
    """Build the directory beside ``place`` and rename it: a broken one leaves nothing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        # Where both sides share embeddings, the encoder's name may be an alias of the decoder's variable.
        names = sorted(name for name in (*model.variables, *model.aliases) if name.startswith("encoder/"))
        with model.path.open("rb") as source, (work / "model.bin").open("wb") as target:
            target.write(source.read(4))  # the layout's version
            target.write(_string(_SPECIFICATION) + struct.pack("<II", _REVISION, len(names)))
            for name in names:
                variable = model.variables[model.aliases.get(name, name)]
                described = 1 + 4 * len(variable.shape) + 1 + 4  # rank, dimensions, type, byte count: see model_file
                source.seek(variable.offset - described)
                target.write(_string(name) + source.read(described + variable.size))
            target.write(struct.pack("<I", 0))  # no aliases
        vocabulary = translator / "source_vocabulary.json"
        shutil.copy(
            vocabulary if vocabulary.is_file() else translator / "shared_vocabulary.json", work / "vocabulary.json"
        )
        shutil.copy(translator / "tokenizer.json", work)
        said = read_json(translator / "config.json")
        config = {name: said.get(name) for name in ("bos_token", "eos_token", "unk_token", "layer_norm_epsilon")}
        (work / "config.json").write_text(json.dumps(config), encoding="utf-8")
        try:
            work.rename(place)
        except OSError:
            if not (place / "model.bin").is_file():  # else another process was first, and its result serves as well
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _string(text: str) -> bytes:
    encoded = text.encode() + b"\0"
    return struct.pack("<H", len(encoded)) + encoded


class EncoderPart:
    """A loaded encoder on the CPU. ``window`` is the most tokens, special tokens included, that it takes at once."""

    def __init__(self, directory: Path, compute_type: str = "int8", threads: int | None = None) -> None:
        """Load what ``encoder_directory`` wrote. Raises ``ModelBroken``."""
        import ctranslate2

        positions = read_model_file(directory / "model.bin").find("encoder/position_encodings/encodings")
        self.window = positions.shape[0] if positions else 512
        self.compute_type = compute_type
        self._tokenizer = JsonTokenizer.from_directory(directory)
        try:
            self._encoder = ctranslate2.Encoder(
                os.fspath(directory), compute_type=compute_type, intra_threads=thread_count(threads)
            )
        except (RuntimeError, ValueError, IndexError) as error:
            raise ModelBroken(f"{directory} cannot be loaded by CTranslate2: {error}") from error

    def unknown_rate(self, texts: Sequence[str]) -> float:
        """The share of the texts' pieces that the encoder's vocabulary lacks, 0 to 1."""
        pieces = [piece for each in self._tokenizer.pieces(texts) for piece in each]
        return sum(piece == "<unk>" for piece in pieces) / max(1, len(pieces))

    def mean_states(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of each text's token states, special tokens included: float32 [texts, width].

        A text over the window is encoded in parts of it, and the mean is that of all their tokens.
        """
        parts: list[list[str]] = []
        owners: list[int] = []
        for owner, tokens in enumerate(self._tokenizer.pieces_with_specials(texts)):
            first, body, last = tokens[:1], tokens[1:-1], tokens[-1:]
            room = self.window - 2
            for start in range(0, max(1, len(body)), room):
                parts.append([*first, *body[start : start + room], *last])
                owners.append(owner)
        order = sorted(range(len(parts)), key=lambda at: -len(parts[at]))
        sums: list[np.ndarray | None] = [None] * len(texts)
        counts = np.zeros(len(texts))
        while order:
            count = max(1, _BATCH_TOKENS // len(parts[order[0]]))
            batch, order = order[:count], order[count:]
            for at, states in zip(batch, self._states([parts[at] for at in batch]), strict=True):
                total = states[: len(parts[at])].sum(0)
                so_far = sums[owners[at]]
                sums[owners[at]] = total if so_far is None else so_far + total
                counts[owners[at]] += len(parts[at])
        found = [total for total in sums if total is not None]
        return np.stack(found) / counts[:, None] if found else np.zeros((0, 0))

    def _states(self, batch: list[list[str]]) -> np.ndarray:
        """Token states, float32 [texts, longest, width]; those of padding mean nothing."""
        try:
            return np.array(self._encoder.forward_batch(batch).last_hidden_state)
        except (RuntimeError, MemoryError) as error:
            raise EngineError(f"CTranslate2 failed while encoding: {error}") from error
