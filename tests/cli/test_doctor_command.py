"""``mtsum doctor`` on this installation, whole and broken."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from mtsum.cli.main import cli
from mtsum.hub import find
from mtsum.registry import load_registry


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))


def test_a_missing_default_model_is_found_and_how_to_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtsum.hub.models_directory", lambda: tmp_path)
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 1
    broken = [line for line in result.stdout.splitlines() if line.startswith("BROKEN")]
    assert [line.split()[1] for line in broken] == ["translation", "summarization", "trial"]
    assert "to mend:" in result.stdout


def test_a_folder_that_cannot_be_written_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "file" / "home"))
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 1
    assert "set MTSUM_HOME" in result.stdout


def test_a_whole_installation_is_well_and_translates_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = load_registry()
    if any(find(registry.default(task)) is None for task in ("translation", "summarization")):
        pytest.skip("the default models are not in models/ yet")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 0, result.stdout
    assert "all is well" in result.stdout
    assert "off: offline mode is set" in result.stdout
    assert "translated in" in result.stdout
