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
pytest.importorskip("matplotlib", reason="needs the extra mtsum[notebooks]")

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 200_000
MOST_BYTES_A_PLOT = 60_000

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
    # Where it has no list of the fonts yet, matplotlib makes one and says so, which would stand among the outputs.
    import matplotlib.font_manager  # noqa: F401

    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
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
    assert all(len(picture) < MOST_BYTES_A_PLOT for picture in pictures(notebook))


@pytest.mark.parametrize("name", ["01_quickstart", "02_benchmark", "03_error_analysis"])
def test_a_notebook_of_measurements_shows_a_plot(name: str) -> None:
    assert pictures(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4))


@each_notebook
def test_no_output_names_a_place_on_the_machine_it_ran_on(path: Path) -> None:
    said = outputs(nbformat.read(path, as_version=4))
    assert not re.search(r"(?<![\w.:/])/(home|root|tmp|work|usr|opt|Users|var)\b", said)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(notebook: nbformat.NotebookNode) -> list[str]:
    """The plots, each as PNG in base64."""
    shown = (output for cell in code_cells(notebook) for output in cell.outputs)
    return [output.data["image/png"] for output in shown if "image/png" in output.get("data", {})]


def outputs(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(str(output) for cell in code_cells(notebook) for output in cell.outputs)
