"""Reading texts to score: every format, and errors that say the line."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from mtsum.errors import InputError, MtsumError
from mtsum.evaluation.texts import check_aligned, read_hypotheses, read_references, read_sources
from mtsum.records import error_record, json_line


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return str(path)


def records(*objects: object) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


def translated(id: str, text: str | None, summary: str | None = None) -> dict[str, object]:
    made = error_record(id, "it failed")
    if text is not None:
        made |= {"translation": {"model": "m", "text": text, "sentences": []}, "error": None}
    if summary is not None:
        made["summary"] = {"model": "m", "text": summary, "sentences": [], "selection": {}}
    return made


def test_every_line_is_a_segment_and_an_empty_one_too(tmp_path) -> None:
    found = read_hypotheses(write(tmp_path / "a.hyp", "One.\r\n\nThree. \u2028 Still three.\n"))
    assert found.texts == ("One.", "", "Three. \u2028 Still three.")
    assert found.lines == (1, 2, 3)
    assert found.empty == (2,)
    assert (found.key, found.ids) == (None, None)


def test_a_byte_order_mark_is_no_text_and_a_last_line_needs_no_end(tmp_path) -> None:
    assert read_hypotheses(write(tmp_path / "a.txt", b"\xef\xbb\xbfOne.\nTwo.")).texts == ("One.", "Two.")
    assert read_hypotheses(write(tmp_path / "b.txt", "Një.\nDy.\n".encode("utf-16"))).texts == ("Një.", "Dy.")


def test_compressed_files_are_unpacked(tmp_path) -> None:
    with pyarrow.CompressedOutputStream(str(tmp_path / "a.txt.zst"), "zstd") as stream:
        stream.write(b"One.\nTwo.\n")
    assert read_hypotheses(str(tmp_path / "a.txt.zst")).texts == ("One.", "Two.")
    assert read_hypotheses(write(tmp_path / "a.txt.gz", gzip.compress(b"One.\nTwo.\n"))).texts == ("One.", "Two.")
    packed = gzip.compress(records({"text": "One."}).encode())
    assert read_hypotheses(write(tmp_path / "a.jsonl.gz", packed)).texts == ("One.",)


@pytest.mark.parametrize(
    ("record", "key", "text", "used"),
    [
        ({"text": "t", "translation": "tr", "hypothesis": "h"}, None, "h", "hypothesis"),
        ({"text": "t", "translation": "tr"}, None, "tr", "translation"),
        ({"text": "t", "translation": {"text": "inner"}}, None, "inner", "translation"),
        ({"text": "t", "output": {"en": {"best": "x"}}}, "output.en.best", "x", "output.en.best"),
        ({"a.b": "dotted", "text": ""}, "a.b", "dotted", "a.b"),
        ({"text": "", "id": 7}, None, "", "text"),
    ],
)
def test_json_lines_by_key(tmp_path, record, key, text, used) -> None:
    found = read_hypotheses(write(tmp_path / "a.jsonl", records(record)), key)
    assert (found.texts, found.key) == ((text,), used)


def test_records_of_mtsum_give_the_translation_or_where_there_is_one_the_summary(tmp_path) -> None:
    plain = write(tmp_path / "t.jsonl", records(translated("a", "One."), translated("b", "Two.")))
    assert read_hypotheses(plain).texts == ("One.", "Two.")
    assert read_hypotheses(plain).ids == ("a", "b")
    both = write(tmp_path / "s.jsonl", records(translated("a", "One. Two.", "One."), translated("b", "Three.", "3.")))
    assert read_hypotheses(both).texts == ("One.", "3.")
    assert read_hypotheses(both, "translation.text").texts == ("One. Two.", "Three.")
    failed = write(tmp_path / "f.jsonl", records(translated("a", "One."), translated("b", None)))
    with pytest.raises(InputError, match=r"f\.jsonl:2: this record failed and has no 'translation.text': it failed"):
        read_hypotheses(failed)


def test_the_folder_of_a_run_is_read_as_its_records(tmp_path) -> None:
    for shard, name in enumerate("ab"):
        write(tmp_path / f"records-0000{shard}.jsonl", json_line(translated(name, name.upper())) + "\n")
    found = read_hypotheses(str(tmp_path))
    assert (found.texts, found.lines) == (("A", "B"), (1, 2))


def test_tables_by_name_and_by_number(tmp_path) -> None:
    tsv = write(tmp_path / "a.tsv", 'id\ttext\n1\t"Yes", he said.\n2\t\n')
    assert read_hypotheses(tsv).texts == ('"Yes", he said.', "")
    bare = write(tmp_path / "b.tsv", "Një.\tOne.\nDy.\tTwo.\n")
    assert read_references(bare, "2")[0].texts == ("One.", "Two.")
    assert read_sources(bare, "1").lines == (1, 2)
    csv = write(tmp_path / "c.csv", 'text,n\n"One, and\nhalf.",1\nTwo.,2\n')
    found = read_hypotheses(csv)
    assert (found.texts, found.lines) == (("One, and\nhalf.", "Two."), (2, 4))
    assert read_hypotheses(write(tmp_path / "d.csv", "One.,x\n"), "1").texts == ("One.",)


def test_parquet_and_stdin(tmp_path) -> None:
    table = pyarrow.table({"summary": ["One.", "Two."], "id": ["a", "b"]})
    parquet.write_table(table, tmp_path / "a.parquet")
    found = read_references(str(tmp_path / "a.parquet"))[0]
    assert (found.texts, found.ids, found.key) == (("One.", "Two."), ("a", "b"), "summary")
    assert read_hypotheses("-", stdin=io.BytesIO(b"One.\n")).texts == ("One.",)
    piped = io.BytesIO(records({"text": "One."}).encode())
    assert read_hypotheses("-", None, "jsonl", piped).texts == ("One.",)


def test_a_list_of_references_is_several_references(tmp_path) -> None:
    path = write(tmp_path / "a.jsonl", records({"references": ["a", "b"]}, {"references": ["c", "d"]}))
    assert [each.texts for each in read_references(path)] == [("a", "c"), ("b", "d")]
    path = write(tmp_path / "b.jsonl", records({"references": ["a", "b"]}, {"references": ["c"]}))
    with pytest.raises(InputError, match=r"b\.jsonl:2: 1 texts in 'references', where line 1 has 2"):
        read_references(path)


@pytest.mark.parametrize(
    ("name", "content", "key", "said"),
    [
        ("a.txt", b"", None, "a.txt: empty: there is no segment"),
        ("a.txt", b"One.\nNj\xeb qytet\xebve t\xeb.\n", None, r"a.txt:2: not UTF-8: byte 0xEB at offset 2 of the line"),
        ("a.txt", b"PK\x03\x04", None, "a.txt: not a text file"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', None, "a.jsonl:2: not JSON: "),
        ("a.jsonl", b'{"text": "a"}\n\n{"text": "b"}\n', None, "a.jsonl:2: the line is empty"),
        ("a.jsonl", b'{"text": "a"}\n[1]\n', None, "a.jsonl:2: a list where a JSON object should be"),
        ("a.jsonl", b'{"text": "a"}\n{"text": 3}\n', None, "a.jsonl:2: 'text' is a number and not text"),
        ("a.jsonl", b'{"text": "a"}\n{"text": null}\n', None, "a.jsonl:2: 'text' is null and not text"),
        ("a.jsonl", b'{"text": "a"}\n{"txt": "b"}\n', None, r"a.jsonl:2: there is no 'text' \(--hyp-key\); there is: 'txt'"),
        ("a.jsonl", b'{"body": "a"}\n', None, "no column 'hypothesis', 'translation' or 'text'; the columns are: 'body'"),
        ("a.jsonl", b'[\n{"text": "a"}\n]\n', None, r"a.jsonl:1: JSON over several lines.*jq -c '\.\[\]'"),
        ("a.tsv", b"id\ttext\n1\ta\n2\n", None, "a.tsv:3: 1 columns where line 1 has 2"),
        ("a.tsv", b"a\tb\nc\td\n", None, r"a.tsv:2: no column .*its number where the file is a TSV or CSV file without header"),
        ("a.tsv", b"a\tb\n", "3", r"a.tsv:1: there is no column 3 \(--hyp-key\); there are 2"),
        ("a.tsv", b"text\ttext\na\tb\n", None, "a.tsv:1: two columns of the header have one name: 'text'"),
        ("a.csv", b'text\na\n"b\n', None, "a.csv:3: .*quotation mark left open"),
        ("a.csv", b"text\na\n\xff\n", None, "a.csv:3: not UTF-8"),
        ("a.parquet", b"text\n", None, "a.parquet: not a Parquet file"),
        ("a.parquet.gz", b"PAR1", None, "unpack it first"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(tmp_path, name, content, key, said) -> None:
    write(tmp_path / name, content)
    with pytest.raises(InputError, match=said):
        read_hypotheses(str(tmp_path / name), key)


def test_a_missing_file_and_an_unknown_format_are_told(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: no such file"):
        read_hypotheses(str(tmp_path / "none.txt"))
    with pytest.raises(MtsumError, match="unknown input format 'docx'; known are: txt, jsonl"):
        read_hypotheses("-", format="docx")
    with pytest.raises(MtsumError, match="holds no records"):
        read_hypotheses(str(tmp_path))


def test_an_empty_reference_is_an_error_at_its_line(tmp_path) -> None:
    with pytest.raises(InputError, match=r"r\.txt:2: the reference is empty"):
        read_references(write(tmp_path / "r.txt", "One.\n \nThree.\n"))


def test_unequal_lengths_say_both_counts_and_where_one_ends(tmp_path) -> None:
    short = read_hypotheses(write(tmp_path / "h.txt", "One.\nTwo.\n"))
    long = read_references(write(tmp_path / "r.jsonl", records(*[{"text": str(n)} for n in range(4)])))
    check_aligned(short, [short])
    for one, other in ((short, long[0]), (long[0], short)):
        with pytest.raises(InputError, match=r"h\.txt ends at line 2, and \S*r\.jsonl:3 has no counterpart") as caught:
            check_aligned(one, [other])
        assert "4" in str(caught.value)


def test_another_order_is_found_by_the_ids(tmp_path) -> None:
    def read(name: str, *ids: str):
        return read_hypotheses(write(tmp_path / name, records(*[{"id": id, "text": "x"} for id in ids])))

    check_aligned(read("a.jsonl", "1", "2"), [read("b.jsonl", "1", "2"), read("c.jsonl", "x", "y")])
    with pytest.raises(InputError, match=r"a\.jsonl:1: the segment's id is '2', where .*b\.jsonl:1 has '1'"):
        check_aligned(read("a.jsonl", "2", "1"), [read("b.jsonl", "1", "2")])
