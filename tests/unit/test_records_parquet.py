"""Records written as Parquet and read back, from files and from the folder of a run."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.word_engine import WordEngine

from mtsum.corpus import records_parquet
from mtsum.corpus.records_parquet import write_parquet
from mtsum.corpus.records_reading import read_records
from mtsum.errors import InputError, UsageError
from mtsum.reading import article_from_text
from mtsum.records import RunMeta, error_record, json_line, record
from mtsum.summarization import Summarizer
from mtsum.translation import Translator

META = RunMeta("0.1.0", "words", "cpu", {"from": "sq", "translation": {"checksums": {}, "generation": {"beam": 4}}})
TEXT = "Ai erdhi në shtëpi. Ajo shkoi në shkollë; ata folën për ekonominë e vendit të tyre."

text = st.text(max_size=12)
texts = st.lists(text, max_size=3)
scores = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | scores | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(text, json_values, max_size=3)
nothing: st.SearchStrategy[None] = st.none()


def struct(optional: dict[str, st.SearchStrategy] | None = None, **keys: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries(keys, optional=optional or {})


pieces = st.lists(struct(source=text, target=text), max_size=2)
translated = struct({"pieces": pieces}, id=text, source=text, target=text, score=nothing | scores, flags=texts)
selection = struct(
    method=text,
    words_asked=st.integers(0, 500),
    words_target=st.integers(0, 500),
    inputs=st.lists(texts, max_size=2),
    left_out=texts,
    replaced=st.lists(struct(text=text, flags=texts), max_size=2),
)
summarized = struct(text=text, sources=texts, flags=texts)
records = struct(
    {"title": text, "extra": json_objects},
    id=text,
    source=struct(
        {"sentences": st.lists(struct(id=text, text=text), max_size=2)}, lang=nothing | text, text=nothing | text
    ),
    translation=nothing | struct(model=text, text=text, sentences=st.lists(translated, max_size=3)),
    summary=nothing | struct(model=text, text=text, sentences=st.lists(summarized, max_size=3), selection=selection),
    meta=nothing
    | struct(mtsum=text, engine=nothing | text, device=nothing | text, settings=json_objects, seconds=nothing | scores),
    error=nothing | text,
)


def real_records() -> list[dict[str, Any]]:
    article = article_from_text(TEXT, "sq", title="Një lajm")
    translation = Translator(WordEngine(window=9), "t").translate([article])[0]
    summary = Summarizer(WordEngine(write=lambda text: ""), "s").summarize(article, translation, 5)
    english = article_from_text("They met on Monday. The road will open in May.", "en")
    own_summary = Summarizer(WordEngine(), "s").summarize(english, None, 5)
    return [
        record(article, translation, summary, META),
        error_record("b.txt", "b.txt: empty", META) | {"extra": {"site": "x", "tags": ["a", None], "year": 2026}},
        record(english, None, own_summary, META),
        record(article, translation, None, META, error="first"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=5))
def test_what_is_written_as_parquet_is_read_back_the_same(made: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        assert write_parquet(made, path) == len(made)
        assert list(read_records(path)) == made


def test_records_of_articles_survive_to_the_order_of_their_keys(tmp_path: Path) -> None:
    made = real_records()
    write_parquet(made, tmp_path / "x.parquet")
    (tmp_path / "x.jsonl").write_text("".join(json_line(one) + "\n" for one in made), encoding="utf-8")
    for name in ("x.parquet", "x.jsonl"):
        assert [json_line(one) for one in read_records(tmp_path / name)] == [json_line(one) for one in made]


def test_the_same_records_give_the_same_bytes() -> None:
    written = []
    for _ in range(2):
        stream = io.BytesIO()
        write_parquet(iter(real_records()), stream)
        written.append(stream.getvalue())
    assert written[0] == written[1]


def test_records_are_taken_a_row_group_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setattr(records_parquet, "ROW_GROUP_RECORDS", 3)
    monkeypatch.setattr(records_parquet, "ROW_GROUP_CHARACTERS", 250)
    short, long = error_record("a", "e"), real_records()[0]
    long["source"]["text"] = "x" * 250
    write_parquet([short, short, short, short, long, short], tmp_path / "x.parquet")
    file = pq.ParquetFile(tmp_path / "x.parquet")
    assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [3, 2, 1]


def test_datasets_and_pandas_open_the_file(tmp_path: Path) -> None:
    import pandas
    from datasets import load_dataset

    made = real_records()
    path = tmp_path / "x.parquet"
    write_parquet(made, path)
    loaded = load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded[0]["translation"]["sentences"][1]["target"] == made[0]["translation"]["sentences"][1]["target"]
    assert loaded[0]["summary"]["selection"]["inputs"] == made[0]["summary"]["selection"]["inputs"]
    frame = pandas.read_parquet(path)
    assert list(frame["id"]) == [one["id"] for one in made]
    assert json.loads(frame["extra"][1]) == made[1]["extra"]


def test_the_file_says_which_columns_are_json(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write_parquet([], tmp_path / "x.parquet")
    said = json.loads(pq.read_schema(tmp_path / "x.parquet").metadata[b"mtsum"])
    assert said["json"] == ["extra", "meta.settings"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda made: made | {"colour": 1}, "colour"),
        (lambda made: made | {"meta": made["meta"] | {"colour": 1}}, "meta.colour"),
        (lambda made: made | {"summary": {"sentences": [{"colour": 1}]}}, "summary.sentences.colour"),
        (lambda made: made | {"error": 7}, "does not fit"),
    ],
)
def test_what_the_schema_has_no_place_for_is_refused_and_named(change: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        write_parquet([change(real_records()[0])], io.BytesIO())


def test_a_run_folder_is_read_shard_by_shard(tmp_path: Path) -> None:
    made = [error_record(str(number), "e") for number in range(6)]
    for shard in (2, 0, 1):
        write_parquet(made[shard * 2 : shard * 2 + 2], tmp_path / f"records-0000{shard}.parquet")
    (tmp_path / "manifest.json").write_text("{}")
    assert list(read_records(tmp_path)) == made


def _broken(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "empty").mkdir()
    yield folder / "empty", "is it the folder of a run"
    (folder / "begun").mkdir()
    (folder / "begun" / "manifest.json").write_text("{}")
    yield folder / "begun", "not finished"
    (folder / "two").mkdir()
    for suffix in ("jsonl", "parquet"):
        (folder / "two" / f"records-00000.{suffix}").touch()
    yield folder / "two", "both"
    yield folder / "none.jsonl", "no such file"
    (folder / "a.txt").write_text("x")
    yield folder / "a.txt", "jsonl and .parquet"


def test_a_place_without_records_is_refused_at_once(tmp_path: Path) -> None:
    for path, said in _broken(tmp_path):
        with pytest.raises(UsageError, match=said):
            read_records(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.jsonl", b'{"id": 1}\n', "x.jsonl:1: not a record of mtsum"),
        ("x.jsonl", b'{"id": \n', "x.jsonl:1: not a record"),
        ("x.jsonl", b"\xff\n", "x.jsonl:1: not a record"),
        ("x.parquet", b"PAR1", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        list(read_records(tmp_path / name))


def test_another_parquet_file_is_told_from_records(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": ["a"], "text": ["b"]}), tmp_path / "x.parquet")
    with pytest.raises(InputError, match="no column source"):
        list(read_records(tmp_path / "x.parquet"))
