"""The input of long runs by URL: through fsspec's memory and file systems, and from a web server started here."""

import gzip
import http.server
import io
import json
import random
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow
import pytest
from fsspec.registry import known_implementations
from pyarrow import parquet

from mtsum.corpus.inputs import Source, count_items, fingerprint, ignored, read_items, remote
from mtsum.errors import InputError, InputUnreachable, UsageError
from mtsum.formats import Document

LINES = b"".join(json.dumps({"id": str(n), "text": f"Fjalia {n}."}).encode() + b"\n" for n in range(300))


# Longer than what is fetched from a server at once.
LONG = b"".join(json.dumps({"text": f"{'fjala ' * 20_000} {n}."}).encode() + b"\n" for n in range(150))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_WAITS", (0.01, 0.01))


def read(url: str) -> list[tuple[str, str]]:
    items = list(read_items(Source(url)))
    assert [item.position for item in items] == list(range(len(items)))
    return [(each.id, each.content.text if isinstance(each.content, Document) else str(each.content)) for each in items]


def parquet_bytes() -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table({"id": ["p"], "text": ["Po."]}), file)
    return file.getvalue()


FILES = {
    "2023/b.txt": "Një.".encode(),
    "a.jsonl.gz": gzip.compress(LINES[:80]),
    "c.parquet": parquet_bytes(),
    "foto.jpg": b"",
    "z.txt": b"Dy.",
}
IDS = ["2023/b.txt", "0", "1", "a.jsonl.gz:3", "p", "z.txt"]


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder in fsspec's memory with ``FILES`` in it."""
    store = fsspec.filesystem("memory")
    for path, data in FILES.items():
        store.pipe_file(f"/korpusi/{path}", data)
    yield "memory://korpusi"
    store.rm("/korpusi", recursive=True)


def test_a_remote_folder_is_read_as_a_local_one(memory: str, tmp_path: Path) -> None:
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    found = read(memory)
    assert [id for id, _ in found] == IDS
    assert found[3][1].startswith("memory://korpusi/a.jsonl.gz:3: not JSON")
    assert [(id, text) for id, text in read(str(tmp_path)) if "not JSON" not in text] == [*found[:3], *found[4:]]
    assert read(tmp_path.as_uri()) == read(str(tmp_path))
    assert ignored(Source(memory)) == {".jpg": 1}
    digests = {fingerprint(Source(url))["digest"] for url in (memory, str(tmp_path), tmp_path.as_uri())}
    assert len(digests) == 1


def test_a_remote_file_is_read_and_counted(memory: str) -> None:
    assert read(f"{memory}/c.parquet") == [("p", "Po.")]
    assert count_items(Source(f"{memory}/c.parquet")) == 1
    assert read(f"{memory}/z.txt") == [("z", "Dy.")]


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("memory://nuk-ka/a.jsonl", InputError, "memory://nuk-ka/a.jsonl: no such file or folder"),
        ("file:///nuk/ka", InputError, "/nuk/ka: no such file or folder"),
        ("qq://a/b.jsonl", UsageError, "no kind of URL is called qq://; known are s3"),
        ("http://127.0.0.1:1/a.jsonl", InputUnreachable, "http://127.0.0.1:1/a.jsonl: cannot be read for now"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_at_once(url: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_items(Source(url))


def test_no_url_that_needs_the_network_is_opened_offline() -> None:
    with pytest.raises(UsageError, match=r"https://a.al/x.jsonl: needs the network, and --offline forbids it"):
        read_items(Source("https://a.al/x.jsonl?key=k", offline=True))


def test_a_missing_driver_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(known_implementations, "drr", {"class": "drrfs.Files", "err": "Install drrfs"})
    with pytest.raises(UsageError, match=r"drr://a/b: drr:// needs a driver that is not installed: pip install drrfs"):
        read_items(Source("drr://a/b"))


def test_passwords_and_keys_in_a_url_are_not_shown() -> None:
    assert remote.shown("https://u:p@a.al/x.jsonl?key=k") == "https://a.al/x.jsonl"
    assert remote.shown("zip://a.txt::s3://b/x.zip?versionId=1") == "zip://a.txt::s3://b/x.zip"


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``files``; with or without ranges and etags; with ``breaks``, a later part of a file fails so often."""

    protocol_version = "HTTP/1.1"
    files: dict[str, bytes]
    ranges = True
    etag: str | None = '"e1"'
    breaks = 0

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to stderr."""

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """The file, a part of it, or a page that links to the files."""
        path = self.path.partition("?")[0].lstrip("/")
        if path.endswith("/"):
            names = {name.removeprefix(path).partition("/") for name in self.files if name.startswith(path)}
            page = "".join(f'<a href="{first}{slash}">x</a>' for first, slash, _ in names)
            return self.give(
                200, f'<a href="?C=N">N</a><a href="/">up</a><a href="../">up</a>{page}'.encode(), "text/html"
            )
        if path not in self.files:
            return self.give(404, b"no")
        data = self.files[path]
        asked = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not asked or not self.ranges:
            return self.give(200, data)
        start, end = int(asked[1]), min(int(asked[2]) + 1, len(data))
        if start > 1 and self.breaks:
            type(self).breaks -= 1
            return self.give(503, b"busy")
        return self.give(206, data[start:end], headers={"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})

    def give(self, status: int, data: bytes, kind: str = "text/plain", headers: dict[str, str] | None = None) -> None:
        """Answer."""
        self.send_response(status)
        for key, value in {"Content-Type": kind, "ETag": self.etag, **(headers or {})}.items():
            if value:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


@pytest.fixture
def web() -> Iterator[tuple[str, type[Handler]]]:
    """The address of a web server that serves ``FILES`` under ``korpusi/``, and its settings."""
    handler = type("OneHandler", (Handler,), {"files": {f"korpusi/{path}": data for path, data in FILES.items()}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_folder_of_a_web_server_is_read_as_a_local_one(web: tuple[str, type[Handler]], ranges: bool) -> None:
    address, handler = web
    handler.ranges = ranges
    assert [id for id, _ in read(f"{address}/korpusi/")] == IDS
    assert ignored(Source(f"{address}/korpusi/")) == {".jpg": 1}


def test_a_file_of_a_web_server_is_told_by_its_etag_or_else_its_size(web: tuple[str, type[Handler]]) -> None:
    address, handler = web
    source = Source(f"{address}/korpusi/z.txt?key=secret")
    first = fingerprint(source)
    assert (first["by"], first["path"]) == (["ETag"], f"{address}/korpusi/z.txt")
    handler.etag = '"e2"'
    assert fingerprint(source)["digest"] != first["digest"]
    handler.etag = None
    assert fingerprint(source)["by"] == ["size"]
    assert fingerprint(source)["files"] == {"count": 1, "bytes": 3}


def test_a_file_that_a_web_server_lacks_is_refused_at_once(web: tuple[str, type[Handler]]) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        read_items(Source(f"{web[0]}/korpusi/nuk-ka.jsonl"))


def test_a_server_that_fails_for_a_while_is_asked_again(web: tuple[str, type[Handler]]) -> None:
    address, handler = web
    handler.files["korpusi/a.jsonl"] = LONG
    handler.breaks = 2
    assert len(read(f"{address}/korpusi/a.jsonl")) == 150


@pytest.mark.parametrize("path", ["a.parquet", "a.jsonl.gz", "a.jsonl.zst"])
def test_a_server_that_goes_away_is_not_taken_for_a_damaged_file(web: tuple[str, type[Handler]], path: str) -> None:
    address, handler = web
    file = pyarrow.BufferOutputStream()
    texts = [random.Random(n).randbytes(60_000).hex() for n in range(150)]  # packed, still longer than what is fetched
    if path == "a.parquet":
        parquet.write_table(pyarrow.table({"text": texts}), file, row_group_size=50)
    else:
        with pyarrow.CompressedOutputStream(file, "gzip" if path.endswith("gz") else "zstd") as stream:
            stream.write("".join(f'{{"text": "{text}"}}\n' for text in texts).encode())
    handler.files[f"korpusi/{path}"] = file.getvalue().to_pybytes()
    items = read_items(Source(f"{address}/korpusi/{path}"))
    first = next(items)
    assert isinstance(first.content, Document)
    handler.breaks = 1_000
    with pytest.raises(InputUnreachable, match="503"):
        while True:
            assert isinstance(next(items).content, Document)


def test_articles_in_a_zip_archive_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "korpusi.zip", "w") as archive:
        for path, data in FILES.items():
            archive.writestr(path, data)
    source = Source(f"zip://::{tmp_path}/korpusi.zip", offline=True)
    assert [item.id for item in read_items(source)] == IDS
    assert fingerprint(source)["by"] == ["CRC"]


def test_a_server_that_goes_away_ends_the_run_and_makes_no_bad_record(web: tuple[str, type[Handler]]) -> None:
    address, handler = web
    handler.files["korpusi/a.jsonl"] = LONG
    handler.breaks = 1_000
    items = []
    with pytest.raises(InputUnreachable, match=r"a.jsonl: cannot be read for now \(.*503.*start again to go on"):
        for item in read_items(Source(f"{address}/korpusi/a.jsonl")):
            items.append(item)
    assert items and all(isinstance(item.content, Document) for item in items)
