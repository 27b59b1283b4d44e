"""Convert a Hugging Face directory for CTranslate2 once, and keep the result.

The conversion needs torch; it runs in a process of its own (``python -m mtsum.engines.convert``), so that this one
never imports it. A result is built beside its place and renamed into it: a broken conversion leaves nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mtsum.engines.weights import find_weights
from mtsum.errors import ModelBroken

_FORMAT = 1
"""Raise this when what a converted directory holds changes: older ones are then made anew."""
_WHOLE = 4 << 20
_SAMPLES = 64
_SAMPLE = 64 << 10
_DESCRIBING = ("*.json", "*.model", "*.spm", "merges.txt", "vocab.txt")


def default_cache() -> Path:
    """Where converted models are kept: ``$MTSUM_CACHE``, else ``mtsum`` in the user's cache directory."""
    if own := os.environ.get("MTSUM_CACHE"):
        return Path(own) / "ctranslate2"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mtsum" / "ctranslate2"


def fingerprint(directory: Path) -> str:
    """A digest of a model directory's contents, whatever its name and place.

    Small files are read whole. Of larger ones (weights) the size, the start, the end and 64 samples between are read:
    a model of gigabytes must not be read twice at every start.
    """
    digest = hashlib.sha256()
    files = {*find_weights(directory), *(path for pattern in _DESCRIBING for path in directory.glob(pattern))}
    for path in sorted(files):
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            if size <= _WHOLE:
                digest.update(file.read())
                continue
            for sample in range(_SAMPLES + 1):
                file.seek((size - _SAMPLE) * sample // _SAMPLES)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def converted(directory: Path, family: str, quantization: str, cache: Path | None = None) -> Path:
    """The CTranslate2 directory made from ``directory``, converted now if it is not in the cache yet.

    ``quantization`` is a CTranslate2 compute type. Raises ``ModelBroken`` with the converter's words when it fails.
    """
    import ctranslate2

    cache = cache or default_cache()
    described = f"{_FORMAT} {fingerprint(directory)} {family} {quantization} {ctranslate2.__version__}"
    place = cache / f"{directory.resolve().name}-{quantization}-{hashlib.sha256(described.encode()).hexdigest()[:16]}"
    if not (place / "model.bin").is_file():
        convert(directory, place, family, quantization)
    return place


def convert(directory: Path, output: Path, family: str, quantization: str = "int8") -> None:
    """Convert ``directory`` into the new directory ``output``; raises ``ModelBroken`` when that fails."""
    find_weights(directory)
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        result = subprocess.run(
            [
                *(sys.executable, "-m", "mtsum.engines.convert", str(directory), str(work / "model")),
                *("--family", family, "--quantization", quantization),
            ],
            env={**os.environ, "PYTHONPATH": _python_path(), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no message"]
            raise ModelBroken(f"{directory} could not be converted for CTranslate2: {lines[-1]}")
        try:
            (work / "model").rename(output)
        except OSError:
            if not (output / "model.bin").is_file():  # else another process was first, and its result serves as well
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _python_path() -> str:
    # The child must find the same mtsum, also when it is run from a source tree.
    return os.pathsep.join([str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
