"""The notebooks run as they stand, on the models that ship, and what is committed of their output is fit to show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtsum.hub import find
from mtsum.registry import load_registry

nbformat = pytest.importorskip("nbformat", reason="needs the extra mtsum[notebooks]")
nbclient = pytest.importorskip("nbclient", reason="needs the extra mtsum[notebooks]")
pytest.importorskip("ipykernel", reason="needs the extra mtsum[notebooks]")

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 60_000

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.mark.slow
@pytest.mark.skipif(
    any(find(load_registry().default(task)) is None for task in ("translation", "summarization")),
    reason="the default models are not in models/ yet",
)
@each_notebook
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MTSUM_HOME", "HF_HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR"):
        (tmp_path / variable).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=180, kernel_name="python3", resources=resources).execute()
    said = outputs(notebook)
    assert "Traceback" not in said
    for cell, again in zip(code_cells(nbformat.read(path, as_version=4)), code_cells(notebook), strict=True):
        assert bool(cell.outputs) == bool(again.outputs), f"run the notebook again and commit it: {cell.source}"


@each_notebook
def test_what_is_committed_was_run_in_order_and_is_small(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_cells(notebook)] == [*range(1, len(code_cells(notebook)) + 1)]
    assert outputs(notebook).strip()
    assert path.stat().st_size < MOST_BYTES


@each_notebook
def test_no_output_names_a_place_on_the_machine_it_ran_on(path: Path) -> None:
    said = outputs(nbformat.read(path, as_version=4))
    assert not re.search(r"(?<![\w.:/])/(home|root|tmp|work|usr|opt|Users|var)\b", said)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(str(output) for cell in code_cells(notebook) for output in cell.outputs)
