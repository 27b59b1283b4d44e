"""The input of long runs from Hugging Face data sets: saved folders, and a hub that is a web server started here."""

import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mtsum.corpus.inputs import Source, count_items, fingerprint, ignored, read_items
from mtsum.errors import InputError, UsageError
from mtsum.formats import Document


def contents(source: Source) -> list[tuple[str, str]]:
    items = list(read_items(source))
    assert [item.position for item in items] == list(range(len(items)))
    return [(each.id, each.content.text if isinstance(each.content, Document) else str(each.content)) for each in items]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set (``nje``) and one of two splits (``dy``) as ``save_to_disk`` writes them."""
    import datasets

    datasets.disable_progress_bars()
    folder = tmp_path_factory.mktemp("saved")
    rows = {"nr": ["a", None, "c"], "text": ["Po.", "", "Jo."], "label": [0, 1, 0], "tags": [["x"], [], None]}
    train = datasets.Dataset.from_dict(rows).cast_column("label", datasets.ClassLabel(names=["mirë", "keq"]))
    train.save_to_disk(str(folder / "nje"), num_shards=2)
    datasets.DatasetDict({"train": train, "test": train.select([2])}).save_to_disk(str(folder / "dy"))
    datasets.DatasetDict({"test": train.select([2])}).save_to_disk(str(folder / "vetem"))
    return folder


def test_a_saved_data_set_is_read_row_by_row(saved: Path) -> None:
    source = Source(str(saved / "nje"), id_column="nr")
    path = saved / "nje"
    assert contents(source) == [("a", "Po."), ("nje:2", f"{path}:2: 'text' is empty"), ("c", "Jo.")]
    assert next(read_items(source)).content.extra == {"label": 0, "tags": ["x"]}  # type: ignore[union-attr]
    assert (count_items(source), ignored(source)) == (3, {})


def test_a_split_is_chosen_by_name_or_because_it_is_the_only_one(saved: Path) -> None:
    assert contents(Source(str(saved / "dy"), split="test")) == [("test:1", "Jo.")]
    assert contents(Source(str(saved / "vetem"))) == [("test:1", "Jo.")]
    assert count_items(Source(str(saved / "dy"), split="train")) == 3


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("dy", {}, "more than one split; say which with --split; the splits are: train, test"),
        ("dy", {"split": "dev"}, "no split 'dev'; the splits are: train, test"),
        ("nje", {"split": "train"}, "no split 'train'; this data set has no splits"),
        ("nje", {"text_column": "trupi"}, "no column 'trupi'; the columns are: 'nr', 'text', 'label', 'tags'"),
        ("nje", {"format": "csv"}, "--format means nothing"),
    ],
)
def test_a_wrong_choice_is_refused_at_once_with_what_there_is(
    saved: Path, name: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        read_items(Source(str(saved / name), **options))  # type: ignore[arg-type]


def test_the_fingerprint_of_a_saved_data_set_is_that_of_its_rows(saved: Path, tmp_path: Path) -> None:
    import datasets

    one = fingerprint(Source(str(saved / "nje")))
    assert (one["kind"], one["files"]["count"]) == ("saved data set", 2)
    datasets.load_from_disk(str(saved / "nje")).save_to_disk(str(tmp_path / "kopja"), num_shards=2)
    assert fingerprint(Source(str(tmp_path / "kopja")))["digest"] == one["digest"]
    splits = [fingerprint(Source(str(saved / "dy"), split=split))["digest"] for split in ("train", "test")]
    assert len({one["digest"], *splits}) == 3


def test_a_broken_saved_data_set_is_refused_at_once(saved: Path, tmp_path: Path) -> None:
    for name in ("state.json", "dataset_info.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="a data set that cannot be read"):
        read_items(Source(str(tmp_path)))


def test_a_saved_data_set_at_a_url_is_refused_with_a_remedy() -> None:
    import fsspec

    store = fsspec.filesystem("memory")
    store.pipe_file("/ruajtur/dataset_info.json", b"{}")
    try:
        with pytest.raises(UsageError, match=r"memory://ruajtur: .*copy it to this machine first"):
            read_items(Source("memory://ruajtur"))
    finally:
        store.rm("/ruajtur", recursive=True)


@pytest.mark.parametrize("source", [Source("askush/asgje", offline=True), Source("askush/asgje")])
def test_a_name_of_the_hub_is_refused_offline_with_a_remedy(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        InputError, match=r"askush/asgje: no such file or folder here.*cannot be had offline.*save_to_disk"
    ):
        read_items(source)


@pytest.mark.parametrize("path", ["lajme.jsonl", "dosja/lajme.jsonl", "tests/lajme", "a/b/c"])
def test_a_path_that_is_not_there_is_not_taken_for_a_name_of_the_hub(path: str) -> None:
    with pytest.raises(InputError, match=f"{path}: no such file or folder$"):
        read_items(Source(path))


COMMIT = "1" * 40
CARD = """---
configs:
- config_name: default
  data_files:
  - {split: train, path: train.jsonl}
  - {split: test, path: test.jsonl}
---
"""
HUB_FILES = {
    "README.md": CARD.encode(),
    "train.jsonl": b'{"id": "a", "text": "Po.", "viti": 2020}\n{"id": "b", "text": "", "viti": null}\n',
    "test.jsonl": b'{"id": "c", "text": "Jo.", "viti": 2021}\nprishur\n',
}


class HubHandler(http.server.BaseHTTPRequestHandler):
    """What huggingface_hub asks a hub for, answered for the one data set ``gazeta/lajme``."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to stderr."""

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """The data set's description, the list of its files, or one of them."""
        path = self.path.partition("?")[0]
        entries = [
            {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
            for name, data in HUB_FILES.items()
        ]
        if path in ("/api/datasets/gazeta/lajme", f"/api/datasets/gazeta/lajme/revision/{COMMIT}"):
            siblings = [{"rfilename": name} for name in HUB_FILES]
            self.give(json.dumps({"id": "gazeta/lajme", "sha": COMMIT, "siblings": siblings}).encode())
        elif path.startswith("/api/datasets/gazeta/lajme/revision/"):
            self.give(b"no", 404, {"X-Error-Code": "RevisionNotFound"})
        elif path == f"/api/datasets/gazeta/lajme/tree/{COMMIT}":
            self.give(json.dumps(entries).encode())
        elif path.startswith("/datasets/gazeta/lajme/resolve/"):
            data = HUB_FILES.get(path.rpartition("/")[2])
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(data or b"").hexdigest()}"'}
            self.give(data or b"", 200 if data else 404, headers | ({} if data else {"X-Error-Code": "EntryNotFound"}))
        else:
            self.give(b"no", 404, {"X-Error-Code": "RepoNotFound"})

    def give(self, data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with ``data``, or the part of it that is asked for."""
        headers = headers or {}
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and status == 200:
            start, end = int(asked[1]), min(int(asked[2] or len(data) - 1), len(data) - 1)
            headers |= {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
            data, status = data[start : end + 1], 206
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    """The address of the hub."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


ASK_THE_HUB = """
import json
from mtsum.corpus.inputs import Source, count_items, fingerprint, read_items
from mtsum.errors import MtsumError

def told(**options):
    try:
        return [[item.id, str(item.content), getattr(item.content, "extra", None)] for item in
                read_items(Source(**{"path": "gazeta/lajme", **options}))]
    except MtsumError as error:
        return f"{type(error).__name__} {error}"

print(json.dumps({
    "train": told(split="train"), "test": told(split="test"), "no split": told(),
    "nobody": told(path="askush/asgje"), "revision": told(revision="x", split="train"),
    "subset": told(subset="x", split="train"),
    "fingerprint": fingerprint(Source("gazeta/lajme", split="train")),
    "count": count_items(Source("gazeta/lajme", split="train")),
}))
"""


@pytest.mark.slow
def test_a_data_set_of_the_hub_is_streamed_and_wrong_choices_are_named(hub: str, tmp_path: Path) -> None:
    # huggingface_hub reads where its hub is when it is imported, so this runs in a process of its own.
    environment = os.environ | {"HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ASK_THE_HUB], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (first, second), broken = told["train"], told["test"]
    assert (first[0], first[2]) == ("a", {"viti": 2020})
    assert "text='Po.'" in first[1]
    assert second[:2] == ["b", "gazeta/lajme:2: 'text' is empty"]
    assert broken[-1][0] == f"gazeta/lajme:{len(broken)}"
    assert f"gazeta/lajme:{len(broken)}: the data set cannot be read from row {len(broken)} on" in broken[-1][1]
    assert "more than one split; say which with --split; the splits are: train, test" in told["no split"]
    assert told["nobody"].startswith("InputError askush/asgje: no such file or folder here and no such data set")
    assert told["revision"] == "UsageError gazeta/lajme: the data set has no revision 'x'"
    assert told["subset"].startswith("UsageError gazeta/lajme: ") and "default" in told["subset"]
    assert (told["fingerprint"]["digest"], told["fingerprint"]["files"]["count"]) == (f"git:{COMMIT}", 3)
    assert told["count"] is None


def test_a_hub_that_cannot_be_reached_is_said_to_be_so(tmp_path: Path) -> None:
    environment = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:1", "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    program = "from mtsum.corpus.inputs import *\nread_items(Source('gazeta/lajme'))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert "InputUnreachable: gazeta/lajme: no such file or folder here, and the hub cannot be reached" in done.stderr
