"""Runs the notebooks on the models that ship and saves them in place, outputs and all.

    python scripts/execute_notebooks.py [NOTEBOOK...]

Without arguments, all of notebooks/. Needs the extra ``notebooks``. Each runs in its own folder with a cache of mtsum's that is
new and empty, so that what it shows is what anyone gets. One that fails keeps the outputs it had.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
MOST_SECONDS_A_CELL = 600


def main() -> int:
    """Execute each; the exit status is 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted((ROOT / "notebooks").glob("*.ipynb")))
    failed = 0
    for path in parser.parse_args().notebooks:
        try:
            execute(path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)
        except CellExecutionError as error:
            failed += 1
            print(f"{path.name} failed: {error}", file=sys.stderr)
    return 1 if failed else 0


def execute(path: Path) -> None:
    """Run the notebook at ``path`` and write it again. Raises ``CellExecutionError``."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as caches:
        environment = os.environ | {"MTSUM_HOME": f"{caches}/mtsum", "IPYTHONDIR": f"{caches}/ipython"}
        # Times a cell would be another change to the file at every run.
        client = NotebookClient(
            notebook,
            timeout=MOST_SECONDS_A_CELL,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.resolve().parent)}},
        )
        client.execute(env=environment)
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    sys.exit(main())
