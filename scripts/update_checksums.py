"""Write the SHA-256 and size of a shipped model's files into models/models.toml: run after a model is exported.

python scripts/update_checksums.py sq-en-draft en-sum-draft
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import tomlkit

from mtsum.hub import checksums_of
from mtsum.registry import load_registry, models_directory


def update(registry: Path, alias: str, checksums: dict[str, str], megabytes: float) -> None:
    """Replace ``alias``'s checksums and size in the file ``registry``, its comments and order kept."""
    document = tomlkit.parse(registry.read_text(encoding="utf-8"))
    models: Any = document["model"]
    table = tomlkit.table()
    table.update(checksums)
    models[alias]["checksums"] = table
    models[alias]["size_mb"] = round(megabytes, 1)
    registry.write_text(tomlkit.dumps(document), encoding="utf-8")
    load_registry(registry)  # an edit that breaks the file is found here, not by a user


def main(aliases: list[str]) -> int:
    """Update every named model; 2 where none is named."""
    if not aliases:
        print(__doc__, file=sys.stderr)
        return 2
    for alias in aliases:
        entry = load_registry().entry(alias)
        if not entry.shipped or entry.path is None:
            print(f"{alias} is not shipped: its checksums are recorded by `mtsum models pull`", file=sys.stderr)
            return 2
        directory = models_directory() / entry.path
        # The card is left out: it may be corrected at any time.
        checksums = {name: digest for name, digest in checksums_of(directory).items() if name != "README.md"}
        megabytes = sum((directory / name).stat().st_size for name in checksums) / 1e6
        update(models_directory() / "models.toml", alias, checksums, megabytes)
        print(f"{alias}: {len(checksums)} files, {megabytes:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
