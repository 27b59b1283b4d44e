"""Test sets pulled over real HTTP from a server started here: resumed, unpacked, and held to their checksums."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from mtsum.cli.testsets import testsets as command
from mtsum.errors import InputError, InputUnreachable, UsageError
from mtsum.evaluation.testsets import SetRequest, download, find_entry, load_testset, registry
from mtsum.evaluation.testsets.pulling import LOCK_FILE, directory_for, pull, read_lock, verify
from mtsum.evaluation.testsets.registry import RemoteFile, SetEntry

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE, REFERENCE = "Një.\nDy.\n".encode(), b"One.\nTwo.\n"


class Server(ThreadingHTTPServer):
    """Serves ``files`` with ranges and tags; ``breaks`` is how often a transfer ends half-way, ``fails`` answers 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/v1/src": SOURCE, "/ref": REFERENCE}
        self.breaks = self.fails = 0
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        server = self.server
        body = server.files.get(path)
        server.asked.append((path, self.headers.get("Range")))
        if server.fails:
            server.fails -= 1
            self.send_error(503)
            return
        if body is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        start = 0
        if (asked := self.headers.get("Range")) and self.headers.get("If-Range", tag) == tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        part = body[start:]
        if server.breaks and len(part) > 1:
            server.breaks -= 1
            part = part[: len(part) // 2]
        self.wfile.write(part)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("MTSUM_OFFLINE", "HF_HUB_OFFLINE", "MTSUM_TESTSETS", "HF_ENDPOINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(download, "_WAITS", (0.01, 0.01))
    return tmp_path / "home"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def an_entry(server: Server, **changes: object) -> SetEntry:
    files = (
        RemoteFile("source", f"{server.address}/{{revision}}/src"),
        RemoteFile("reference", f"{server.address}/ref"),
    )
    known = SetEntry("mine", "T", "translation", "sq", "en", "https://a", "L", revision="v1", segments=2, files=files)
    return replace(known, **changes)  # type: ignore[arg-type]


def known_as(monkeypatch: pytest.MonkeyPatch, *entries: SetEntry) -> None:
    """The registry holds ``entries`` and nothing else."""
    monkeypatch.setattr(registry, "load_registry", lambda *_: {entry.name: entry for entry in entries})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_pulled_set_is_used_without_network(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = an_entry(server)
    directory = pull(entry)
    assert (directory / "src").read_bytes() == SOURCE
    assert read_lock(entry)["files"]["src"] == {"url": f"{server.address}/v1/src", "sha256": sha256(SOURCE)}
    assert sorted(path.name for path in directory.iterdir()) == [LOCK_FILE, "ref", "src"]
    asked = len(server.asked)
    known_as(monkeypatch, entry)
    made = load_testset(SetRequest("mine"))
    assert [segment.references for segment in made.segments] == [("One.",), ("Two.",)]
    assert pull(entry) == directory
    assert len(server.asked) == asked


def test_a_broken_transfer_is_gone_on_with(server: Server) -> None:
    server.files["/v1/src"] = SOURCE * 1000
    server.breaks = 2
    assert (pull(an_entry(server)) / "src").read_bytes() == SOURCE * 1000
    half = len(SOURCE) * 500
    assert server.asked[:3] == [
        ("/v1/src", None),
        ("/v1/src", f"bytes={half}-"),
        ("/v1/src", f"bytes={half + half // 2}-"),
    ]


def test_a_later_pull_goes_on_where_an_earlier_one_gave_up(server: Server) -> None:
    server.files["/v1/src"] = SOURCE * 1000
    server.breaks = 3
    with pytest.raises(InputUnreachable, match=r"/v1/src: cannot be downloaded: .*what came is kept"):
        pull(an_entry(server))
    assert not directory_for(an_entry(server)).exists()
    server.asked.clear()
    assert (pull(an_entry(server)) / "src").read_bytes() == SOURCE * 1000
    assert server.asked[0][1] is not None


def test_halves_of_two_versions_never_meet(server: Server) -> None:
    server.files["/v1/src"] = SOURCE * 1000
    server.breaks = 3
    with pytest.raises(InputUnreachable):
        pull(an_entry(server))
    server.files["/v1/src"] = b"Tri.\nKater.\n" * 500
    assert (pull(an_entry(server)) / "src").read_bytes() == b"Tri.\nKater.\n" * 500


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(server: Server) -> None:
    server.fails = 2
    pull(an_entry(server))
    server.fails = 3
    with pytest.raises(InputUnreachable, match="the server answers 503"):
        pull(an_entry(server), force=True)
    server.asked.clear()
    missing = replace(an_entry(server), name="other", files=(RemoteFile("records", f"{server.address}/no.tsv"),))
    with pytest.raises(InputUnreachable, match=r"/no.tsv: the server answers 404"):
        pull(missing)
    assert len(server.asked) == 1


def test_a_known_checksum_is_demanded(server: Server) -> None:
    files = (RemoteFile("records", f"{server.address}/v1/src", sha256=sha256(REFERENCE)),)
    with pytest.raises(InputError, match=rf"SHA-256 is {sha256(SOURCE)}, not {sha256(REFERENCE)} as the registry"):
        pull(an_entry(server, files=files))
    assert not directory_for(an_entry(server)).exists()
    server.files["/v1/src"] = REFERENCE
    assert (pull(an_entry(server, files=files)) / "src").read_bytes() == REFERENCE


def test_what_was_trusted_first_is_demanded_ever_after(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = an_entry(server)
    directory = pull(entry)
    server.files["/v1/src"] = b"Tre.\nDy.\n"
    with pytest.raises(
        InputError, match=rf"/v1/src is not what it was when first pulled \(SHA-256 {sha256(SOURCE)}, now"
    ):
        pull(entry, force=True)
    assert (directory / "src").read_bytes() == SOURCE
    (directory / "src").write_bytes(b"Tre.\nDy.\n")
    for use in (verify, pull):
        with pytest.raises(InputError, match=r"src: its SHA-256 is not the recorded one .*--force"):
            use(entry)
    known_as(monkeypatch, entry)
    with pytest.raises(InputError, match="not the recorded one"):
        load_testset(SetRequest("mine"))
    server.files["/v1/src"] = SOURCE
    pull(entry, force=True)
    assert len(verify(entry)) == 2


def test_a_lock_that_cannot_be_read_is_told(server: Server) -> None:
    entry = an_entry(server)
    (pull(entry) / LOCK_FILE).write_text('{"files": {"src": {}}}')
    with pytest.raises(InputError, match=r"mtsum-testset.json: cannot be read: .*pull the test set again"):
        verify(entry)


def archive(kind: str) -> bytes:
    data = io.BytesIO()
    members = {"./all/dev/a.sq": SOURCE, "./all/dev/a.en": REFERENCE, "./all/meta.tsv": b"URL\tx\nu1\t1\nu2\t2\n"}
    if kind == "zip":
        with zipfile.ZipFile(data, "w") as file:
            for name, content in members.items():
                file.writestr(name.removeprefix("./"), content)
    else:
        with tarfile.open(fileobj=data, mode="w:gz") as tar:
            for name, content in {**members, "../outside": b"x"}.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_members_of_an_archive_are_taken_out_of_one_download(
    server: Server, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["/all"] = archive(kind)
    parts = (("source", "all/dev/a.sq"), ("reference", "all/dev/a.en"), ("documents", "all/meta.tsv"))
    files = tuple(
        RemoteFile(role, f"{server.address}/all", member=member, column="URL" if role == "documents" else None,
                   sha256=sha256(server.files["/all"]))
        for role, member in parts
    )  # fmt: skip
    entry = an_entry(server, files=files)
    directory = pull(entry)
    assert server.asked == [("/all", None)]
    assert sorted(path.name for path in directory.iterdir()) == ["a.en", "a.sq", "meta.tsv", LOCK_FILE]
    assert not (directory.parent / "outside").exists()
    known_as(monkeypatch, entry)
    assert [segment.document for segment in load_testset(SetRequest("mine")).segments] == ["u1", "u2"]


def test_an_archive_that_is_damaged_or_lacks_the_member_is_refused(server: Server) -> None:
    server.files["/all"] = archive("tar")
    files = (RemoteFile("records", f"{server.address}/all", member="all/none.tsv"),)
    with pytest.raises(InputError, match=r"has no all/none.tsv in it"):
        pull(an_entry(server, files=files))
    server.files["/all"] = archive("tar")[:60]
    files = (RemoteFile("records", f"{server.address}/all?2", member="all/meta.tsv"),)
    with pytest.raises(InputError, match="a damaged archive"):
        pull(an_entry(server, files=files))


def test_a_data_set_of_the_hub_is_pulled_at_its_commit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    rows = [{"id": "a", "text": "Treni u nis nga Prishtina.", "summary": "Treni u nis."}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), buffer)
    content, name = buffer.getvalue(), "sqi/test-00000-of-00001.parquet"
    info = {"id": "bltlab/lr-sum", "sha": COMMIT, "siblings": [
        {"rfilename": name, "lfs": {"size": len(content), "sha256": sha256(content), "pointerSize": 1}},
    ]}  # fmt: skip
    server.files["/api/datasets/bltlab/lr-sum/revision/main"] = json.dumps(info).encode()
    server.files[f"/datasets/bltlab/lr-sum/resolve/{COMMIT}/{name}"] = content
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    entry = find_entry("lr-sum-sq")
    directory = pull(entry)
    assert read_lock(entry)["revision"] == COMMIT
    assert sorted(path.name for path in directory.iterdir()) == [LOCK_FILE, "test-00000-of-00001.parquet"]
    made = load_testset(SetRequest("lr-sum-sq"))
    assert (made.reference_language, made.segments[0].references) == ("sq", ("Treni u nis.",))
    info["siblings"][0]["lfs"]["sha256"] = sha256(b"other")  # type: ignore[index]
    server.files["/api/datasets/bltlab/lr-sum/revision/main"] = json.dumps(info).encode()
    with pytest.raises(InputError, match="not what the Hub publishes"):
        pull(entry, force=True)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(InputUnreachable, match=r"bltlab/lr-sum at main: .*cannot be downloaded"):
        pull(entry, force=True)


def test_nothing_is_asked_of_the_network_offline(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_OFFLINE", "1")
    with pytest.raises(InputUnreachable, match="offline"):
        pull(an_entry(server))
    assert server.asked == []
    with pytest.raises(UsageError, match="not published in this form"):
        pull(find_entry("ntrex-30-documents"))


def test_the_command_pulls_lists_and_shows(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = an_entry(server)
    known_as(monkeypatch, entry)
    monkeypatch.setattr("mtsum.cli.testsets.load_registry", lambda: {"mine": entry})
    runner = CliRunner()
    assert "to be pulled" in runner.invoke(command, ["list"]).stdout
    done = runner.invoke(command, ["pull", "mine"])
    assert done.exit_code == 0
    assert done.stdout.strip() == str(directory_for(entry))
    assert f"src: trusted as it came, SHA-256 {sha256(SOURCE)}" in done.stderr
    assert runner.invoke(command, ["list"]).stdout.splitlines()[1].endswith("\tpulled")
    shown = runner.invoke(command, ["show", "mine"]).stdout
    assert f"src: SHA-256 {sha256(SOURCE)}" in shown
    assert json.loads(runner.invoke(command, ["show", "mine", "--json"]).stdout)["pulled"]["files"]["ref"]
    (directory_for(entry) / "src").write_bytes(b"x")
    assert "damaged" in runner.invoke(command, ["list"]).stdout
