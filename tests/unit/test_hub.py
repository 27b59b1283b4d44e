"""Models are found without the network, pulled over real HTTP, recorded, and checked before use."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import runpy
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from mtsum import hub
from mtsum.cli.main import cli
from mtsum.errors import ModelBroken, ModelNotFound, UsageError
from mtsum.registry import ModelEntry, load_registry, models_directory

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "marian"}',
    "source.spm": b"pieces",
    "model.safetensors": b"weights" * 1000,
    "pytorch_model.bin": b"pickled weights",
    "tf_model.h5": b"other weights",
    "onnx/model.onnx": b"more weights",
    "README.md": b"# card",
}
OPUS = load_registry().entry("opus-sq-en")


class LocalHub(ThreadingHTTPServer):
    """A server with the part of the Hub's HTTP interface that a download uses, for one repository held in memory."""

    def __init__(self, repository: str, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repository = repository
        self.files = dict(files)
        self.published = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        self.served: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: LocalHub

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        hub_ = self.server
        path = self.path.split("?")[0]
        large = {
            name: {"size": len(hub_.files[name]), "sha256": hub_.published[name], "pointerSize": 1}
            for name in hub_.files
            if name.endswith((".safetensors", ".bin", ".spm"))
        }
        resolve = f"/{hub_.repository}/resolve/{COMMIT}/"
        if path in (f"/api/models/{hub_.repository}/revision/{name}" for name in ("main", COMMIT)):
            siblings = [{"rfilename": name, "lfs": large.get(name)} for name in hub_.files]
            self.send(json.dumps({"id": hub_.repository, "sha": COMMIT, "siblings": siblings}).encode(), body)
        elif path == f"/api/models/{hub_.repository}/tree/{COMMIT}":
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in hub_.files.items()
            ]
            self.send(json.dumps(tree).encode(), body)
        elif path.startswith(resolve) and (name := path.removeprefix(resolve)) in hub_.files:
            if body:
                hub_.served.append(name)
            self.send(hub_.files[name], body, {"ETag": f'"{hub_.published[name]}"', "X-Repo-Commit": COMMIT})
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def send(self, content: bytes, body: bool, headers: dict[str, str] | None = None) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("MTSUM_OFFLINE", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_ENDPOINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "home"


@pytest.fixture
def local_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    server = LocalHub("Helsinki-NLP/opus-mt-sq-en", FILES)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def put(directory: Path, names: tuple[str, ...] = ("config.json", "source.spm", "pytorch_model.bin")) -> Path:
    directory.mkdir(parents=True)
    for name in names:
        (directory / name).write_bytes(FILES[name])
    return directory


def damage(file: Path) -> None:
    """Flip a byte; size and modification time stay."""
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def with_checksums(entry: ModelEntry, directory: Path) -> ModelEntry:
    return dataclasses.replace(entry, checksums=hub.checksums_of(directory))


@pytest.mark.usefixtures("no_sockets")
def test_a_model_that_is_not_there_says_what_to_run_and_where_to_put_it(own_home: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        hub.locate(OPUS)
    assert "`mtsum models pull opus-sq-en`" in str(caught.value)
    assert str(own_home / "models" / "opus-sq-en") in str(caught.value)
    assert "Apache-2.0" in str(caught.value)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("variable", ["MTSUM_OFFLINE", "HF_HUB_OFFLINE", None])
def test_offline_never_opens_a_socket(variable: str | None, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    if variable:
        monkeypatch.setenv(variable, "1")
    for get in (hub.locate, lambda entry, offline: hub.pull(entry, offline=offline)):
        with pytest.raises(ModelNotFound, match="run it where there is network") as caught:
            get(OPUS, offline=variable is None)
        assert str(own_home) in str(caught.value)


def test_offline_is_off_for_what_means_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_OFFLINE", "0")
    assert not hub.is_offline()
    monkeypatch.setenv("MTSUM_OFFLINE", "True")
    assert hub.is_offline()


@pytest.mark.usefixtures("no_sockets")
def test_a_copy_put_by_hand_is_found(own_home: Path) -> None:
    directory = put(own_home / "models" / "opus-sq-en")
    assert hub.locate(OPUS, offline=True) == directory


@pytest.mark.usefixtures("no_sockets")
def test_files_are_found_in_a_home_below_a_folder_called_cache(tmp_path: Path) -> None:
    directory = put(tmp_path / ".cache" / "mtsum" / "models" / "m")
    (directory / ".cache").mkdir()
    (directory / ".cache" / "bookkeeping").write_text("")
    assert [*hub.checksums_of(directory)] == ["config.json", "pytorch_model.bin", "source.spm"]


def test_an_incomplete_copy_is_not_a_model(own_home: Path) -> None:
    put(own_home / "models" / "opus-sq-en", ("config.json", "source.spm"))
    with pytest.raises(ModelNotFound):
        hub.locate(OPUS)


@pytest.mark.usefixtures("no_sockets")
def test_the_hugging_face_cache_is_used_at_the_pinned_revision(tmp_path: Path) -> None:
    folder = tmp_path / "hf" / "hub" / "models--Helsinki-NLP--opus-mt-sq-en"
    directory = put(folder / "snapshots" / COMMIT)
    assert hub.locate(dataclasses.replace(OPUS, revision=COMMIT)) == directory
    with pytest.raises(ModelNotFound):
        hub.locate(dataclasses.replace(OPUS, revision="f" * 40))
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    assert hub.locate(dataclasses.replace(OPUS, revision="main")) == directory


@pytest.mark.usefixtures("no_sockets")
def test_a_local_directory_is_its_own_place(tmp_path: Path) -> None:
    directory = put(tmp_path / "mine")
    assert hub.locate(load_registry().entry(directory), offline=True) == directory
    (directory / "pytorch_model.bin").unlink()
    with pytest.raises(ModelNotFound, match=r"one of model\.bin, model\.safetensors"):
        hub.locate(load_registry().entry(directory))


def test_a_missing_shipped_model_says_how_to_get_it_back() -> None:
    shipped = dataclasses.replace(load_registry().default("translation"), path="not-there")
    with pytest.raises(ModelNotFound, match=r"git checkout -- models/not-there"):
        hub.locate(shipped)


@pytest.mark.parametrize("entry", [entry for entry in load_registry().entries if entry.shipped], ids=lambda e: e.alias)
def test_every_shipped_model_is_as_recorded(entry: ModelEntry) -> None:
    directory = models_directory() / str(entry.path)
    if not directory.is_dir():
        pytest.skip(f"{entry.alias} is not in this checkout")
    assert hub.verify(entry) == len(entry.checksums) >= 3
    assert hub.locate(entry, offline=True) == directory


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    directory = put(tmp_path / "mine")
    entry = with_checksums(load_registry().entry(directory), directory)
    assert hub.verify(entry) == 3
    damage(directory / "source.spm")
    with pytest.raises(ModelBroken, match=r"source\.spm: its SHA-256 is not the recorded one"):
        hub.verify(entry)
    (directory / "source.spm").unlink()
    with pytest.raises(ModelBroken, match=r"source\.spm: missing"):
        hub.locate(entry)


def test_an_unchanged_file_is_hashed_once(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = put(tmp_path / "mine")
    entry = with_checksums(load_registry().entry(directory), directory)
    hashed: list[str] = []
    sha256 = hub._sha256

    def counted(path: Path) -> str:
        hashed.append(path.name)
        return sha256(path)

    monkeypatch.setattr(hub, "_sha256", counted)
    hub.locate(entry)
    assert len(hashed) == 3
    hub.locate(entry)
    assert len(hashed) == 3
    (directory / "source.spm").write_bytes(FILES["source.spm"])  # same content, new modification time
    hub.locate(entry)
    assert hashed[3:] == ["source.spm"]
    (directory / "source.spm").write_bytes(b"others")
    with pytest.raises(ModelBroken, match=r"source\.spm"):
        hub.locate(entry)


def test_a_home_that_cannot_be_written_only_repeats_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = put(tmp_path / "mine")
    (tmp_path / "file").touch()
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "file"))
    entry = with_checksums(load_registry().entry(directory), directory)
    assert hub.locate(entry) == directory
    damage(directory / "source.spm")
    with pytest.raises(ModelBroken, match=r"source\.spm"):
        hub.locate(entry)


def test_verifying_without_checksums_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="no checksums are known"):
        hub.verify(load_registry().entry(put(tmp_path / "mine")))


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (list(FILES), ["README.md", "config.json", "model.safetensors", "source.spm"]),
        (["config.json", "pytorch_model.bin", "rust_model.ot"], ["config.json", "pytorch_model.bin"]),
        (
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
        ),
        (
            ["pytorch_model-00001-of-00003.bin", "pytorch_model.bin.index.json", "flax_model.msgpack"],
            ["pytorch_model-00001-of-00003.bin", "pytorch_model.bin.index.json"],
        ),
        (["model.npz.best-chrf.npz", "source.spm", "pytorch_model.bin"], ["pytorch_model.bin", "source.spm"]),
    ],
)
def test_only_tokenizer_configuration_and_one_set_of_weights_are_wanted(there: list[str], wanted: list[str]) -> None:
    assert hub.wanted_files(there) == wanted


def test_a_pull_downloads_records_and_then_works_offline(
    local_hub: LocalHub, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = hub.pull(OPUS)
    assert directory == own_home / "models" / "opus-sq-en"
    assert sorted(local_hub.served) == ["README.md", "config.json", "model.safetensors", "source.spm"]
    assert (directory / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    lock = json.loads((directory / hub.LOCK_FILE).read_text(encoding="utf-8"))
    assert (lock["commit"], lock["revision"]) == (COMMIT, "main")
    assert lock["files"] == hub.checksums_of(directory)
    assert hub.resolved_revision(OPUS, directory) == COMMIT
    assert not directory.with_name("opus-sq-en.partial").exists()

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert hub.locate(OPUS) == directory
    assert hub.verify(OPUS) == 4
    damage(directory / "model.safetensors")
    with pytest.raises(ModelBroken, match=r"model\.safetensors: .* pull it again"):
        hub.verify(OPUS)


def test_a_second_pull_replaces_a_damaged_model(local_hub: LocalHub) -> None:
    directory = hub.pull(OPUS)
    damage(directory / "source.spm")
    assert hub.pull(OPUS, revision=COMMIT) == directory
    assert hub.verify(OPUS) == 4


def test_a_download_that_is_not_what_the_hub_publishes_is_refused(local_hub: LocalHub) -> None:
    local_hub.published["source.spm"] = "0" * 64
    with pytest.raises(ModelBroken, match=r"source\.spm: missing or not what the Hub publishes"):
        hub.pull(OPUS)
    with pytest.raises(ModelNotFound):
        hub.locate(OPUS)


def test_a_repository_without_weights_is_no_model(local_hub: LocalHub) -> None:
    del local_hub.files["model.safetensors"], local_hub.files["pytorch_model.bin"]
    with pytest.raises(ModelNotFound, match="no PyTorch weights"):
        hub.pull(OPUS)


def test_an_unknown_repository_is_a_clear_message(local_hub: LocalHub) -> None:
    with pytest.raises(ModelNotFound, match=r"nobody/nothing at main could not be downloaded: RepositoryNotFoundError"):
        hub.pull(dataclasses.replace(OPUS, repository="nobody/nothing"))


def test_no_network_is_a_clear_message(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(ModelNotFound, match="could not be downloaded") as caught:
            hub.pull(OPUS)
    assert str(own_home / "models" / "opus-sq-en") in str(caught.value)


def test_what_is_not_downloaded_cannot_be_pulled(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sq-en-draft is shipped with mtsum"):
        hub.pull(load_registry().entry("sq-en-draft"))
    with pytest.raises(UsageError, match="is a local directory"):
        hub.pull(load_registry().entry(put(tmp_path / "mine")))


def test_the_command_pulls_and_says_where(local_hub: LocalHub, own_home: Path) -> None:
    result = CliRunner().invoke(cli, ["models", "pull", "opus-sq-en"])
    assert result.exit_code == 0
    assert result.stdout.strip() == str(own_home / "models" / "opus-sq-en")
    assert COMMIT in result.stderr
    listing = CliRunner().invoke(cli, ["models", "list"])
    assert any(line.startswith("opus-sq-en\t") and "\there\t" in line for line in listing.stdout.splitlines())


def test_the_checksum_script_fills_in_a_shipped_model(tmp_path: Path) -> None:
    pytest.importorskip("tomlkit")
    script = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "update_checksums.py"))
    registry = tmp_path / "models.toml"
    shutil.copy(models_directory() / "models.toml", registry)
    directory = put(tmp_path / "sq-en-draft")
    before = registry.read_text(encoding="utf-8")
    for _ in range(2):  # a second export replaces the first one's
        script["update"](registry, "sq-en-draft", hub.checksums_of(directory), 12.34)
        (directory / "source.spm").write_bytes(b"other")
    entry = load_registry(registry).entry("sq-en-draft")
    assert entry.size_mb == 12.3
    assert entry.checksums == hub.checksums_of(directory)
    after = registry.read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    assert load_registry(registry).entry("nllb-600m") == load_registry().entry("nllb-600m")
