"""``mtsum report``: from the stored scores, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from support.report_folder import write_folder

from mtsum.cli.main import cli


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, arguments)])


def test_the_report_is_written_again_and_its_path_printed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "results")
    result = run(folder)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{folder / 'report.html'}\n", "")
    names = ("report.html", "report.md", "scores.csv")
    first = {name: (folder / name).read_bytes() for name in names}
    for name in names:
        (folder / name).write_text("old")
    assert run(folder).exit_code == 0
    assert {name: (folder / name).read_bytes() for name in names} == first


def test_a_wrong_folder_is_a_wrong_call_and_a_broken_one_an_error(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "holds no scores.json" in result.stderr
    folder = write_folder(tmp_path / "results")
    (folder / "scores.json").write_text("{")
    result = run(folder)
    assert result.exit_code == 1
    assert f"error: {folder / 'scores.json'}: not JSON" in result.stderr


def test_no_model_or_library_of_models_is_loaded(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "results")
    call = f"cli(['report', {str(folder)!r}], standalone_mode=False)"
    program = f"import sys; from mtsum.cli.main import cli; {call}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"torch", "transformers", "ctranslate2", "tokenizers", "sacrebleu", "matplotlib"}
