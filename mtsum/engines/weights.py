"""Which weight files a Hugging Face directory has, and that they can be read without running code."""

from __future__ import annotations

from pathlib import Path

from mtsum.engines.families.base import read_json
from mtsum.errors import ModelBroken

_SAFE = "model.safetensors"
_OLDER = "pytorch_model.bin"


def find_weights(directory: Path) -> list[Path]:
    """The weight files of a directory: safetensors, else an older checkpoint (to be read with ``weights_only=True``).

    Raises ``ModelBroken`` naming what is missing, also for one part of a checkpoint in several files.
    """
    if not (directory / "config.json").is_file():
        raise ModelBroken(f"{directory} has no config.json")
    for name in (_SAFE, _OLDER):
        if (directory / name).is_file():
            return [directory / name]
        index = directory / f"{name}.index.json"
        if index.is_file():
            parts = sorted({directory / str(part) for part in read_json(index).get("weight_map", {}).values()})
            for part in parts:
                if part.parent != directory or not part.is_file():
                    raise ModelBroken(f"{directory} has no {part.name}, which {index.name} names")
            return [index, *parts]
    raise ModelBroken(f"{directory} has neither {_SAFE} nor {_OLDER}: there are no weights that mtsum reads")


def is_safetensors(weights: list[Path]) -> bool:
    """Whether these weight files are safetensors."""
    return weights[0].name.startswith(_SAFE)
