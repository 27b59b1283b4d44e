"""Who made a hypothesis: all that it depends on but the text, as one string.

Two hypotheses of one text are interchangeable only if their makers are the same string. It is JSON, so that a memory
can say what it holds without knowing any model.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mtsum import __version__
from mtsum.engines.base import Engine, GenerationSettings
from mtsum.hub import content_digest

# What of mtsum's own code a hypothesis depends on: how texts become tokens, limits and searches, and language codes.
_CODE = ("engines", "languages.py")


def maker_of(
    model: str, directory: Path, engine: Engine, settings: GenerationSettings, source: str, target: str
) -> str:
    """The maker of what ``engine`` writes. ``directory`` holds the model's files, languages are ISO 639-1 codes.

    Every file of ``directory`` counts (see ``mtsum.hub.content_digest``), so a changed model is another maker.
    """
    described = {
        "model": model,
        "content": content_digest(directory),
        "from": source,
        "to": target,
        "engine": engine.name,
        "engine_version": _installed(engine.name),
        "device": engine.device,
        "compute_type": engine.compute_type,
        "max_target": engine.max_target,
        "generation": asdict(settings),
        "mtsum": __version__,
        "code": code_digest(),
    }
    return json.dumps(described, ensure_ascii=False, sort_keys=True)


def describe_maker(maker: str) -> dict[str, Any]:
    """The values that ``maker_of`` wrote, and ``id``: twelve hexadecimal digits to tell makers apart by."""
    return {**json.loads(maker), "id": hashlib.sha256(maker.encode()).hexdigest()[:12]}


@cache
def code_digest() -> str:
    """A digest of the part of mtsum's code that hypotheses depend on: a version number says less between releases."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for name in _CODE:
        place = package / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _installed(engine: str) -> str | None:
    """The version of the package that an engine is named after; None for an engine that is no package."""
    try:
        return version(engine)
    except PackageNotFoundError:
        return None
