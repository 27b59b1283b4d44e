"""JSON lines, CSV and TSV."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.errors import InputError
from mtsum.formats import Document, read_documents


def read(data: str | bytes, format: str, **columns: str) -> list[Document | InputError]:
    stdin = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(read_documents("-", format=format, stdin=stdin, **columns))  # type: ignore[arg-type]


def good(found: list[Document | InputError]) -> list[tuple[str, str]]:
    return [(document.id, document.text) for document in found if isinstance(document, Document)]


def bad(found: list[Document | InputError]) -> list[str]:
    return [str(error) for error in found if isinstance(error, InputError)]


def test_a_json_record_keeps_its_identifier_title_and_other_columns() -> None:
    (document,) = read('{"id": 7, "text": "Po. Jo.", "title": "T", "date": null, "n": [1]}\n', "jsonl")
    assert isinstance(document, Document)
    assert (document.id, document.id_given, document.title) == ("7", True, "T")
    assert document.extra == {"date": None, "n": [1]}
    assert document.name == "stdin:1"


def test_a_bad_line_is_an_error_in_its_place_and_the_others_are_read() -> None:
    lines = [
        '{"id": "a", "text": "Një."}',
        "",
        "prishur",
        '["listë"]',
        '{"text": ""}',
        '{"text": 5}',
        '{"id": [1], "text": "Po."}',
        '{"text": "\\ud800"}',
        '{"id": "b", "text": "Dy."}',
    ]
    found = read("\n".join(lines) + "\n\n", "jsonl")
    assert len(found) == len(lines)
    assert good(found) == [("a", "Një."), ("b", "Dy.")]
    for number, message in zip(range(2, 9), bad(found), strict=True):
        assert message.startswith(f"stdin:{number}: ")


def test_bytes_that_are_not_utf_8_spoil_their_record_only() -> None:
    data = '{"text": "Një."}\n'.encode() + '{"text": "Është."}\n'.encode("cp1252") + b'{"text": "Tri."}'
    found = read(data, "jsonl")
    assert good(found) == [("stdin:1", "Një."), ("stdin:3", "Tri.")]
    assert "stdin:2: not UTF-8: byte 0xCB at offset 10 of the line (line 2); it may be CP1252" in bad(found)[0]


def test_a_byte_order_mark_before_json_lines_is_no_part_of_them() -> None:
    assert good(read('\ufeff{"text": "Po."}\r\n', "jsonl")) == [("stdin:1", "Po.")]


def test_a_json_list_is_one_error_that_says_how_to_make_it_json_lines() -> None:
    (message,) = bad(read('[\n{"text": "Po."},\n{"text": "Jo."}\n]\n', "jsonl"))
    assert "jq -c '.[]'" in message


def test_the_text_column_can_be_another_and_a_missing_one_names_what_there_is() -> None:
    assert good(read('{"nr": "x", "trupi": "Po."}', "jsonl", text_column="trupi", id_column="nr")) == [("x", "Po.")]
    assert "no column 'text'; the columns are: 'trupi'" in bad(read('{"trupi": "Po."}', "jsonl"))[0]
    assert "no column 'text'; the columns are: 'a', 'b'" in bad(read("a,b\n1,2\n", "csv"))[0]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_part_the_columns_of_csv(mark: str) -> None:
    data = f'\ufeffid{mark}text{mark}viti\r\n1{mark}"Po{mark} ""jo"".\r\nDy."{mark}2021\r\n'
    (document,) = read(data, "csv")
    assert isinstance(document, Document)
    assert (document.id, document.text, document.extra) == ("1", f'Po{mark} "jo".\r\nDy.', {"viti": "2021"})


def test_a_bad_csv_record_does_not_swallow_the_good_ones_below_it() -> None:
    data = 'id,text\n1,"dy\nrreshta"\n2,a,b\n3,"e hapur\n4,mirë\n\n5,"q" x\n6,fund\n'
    found = read(data, "csv")
    assert good(found) == [("1", "dy\nrreshta"), ("4", "mirë"), ("6", "fund")]
    assert [message.split(": ")[0] for message in bad(found)] == ["stdin:4", "stdin:5", "stdin:7", "stdin:8"]


def test_an_article_longer_than_the_csv_modules_own_limit_is_read() -> None:
    text = "fjalë " * 50_000 + "fund."
    assert good(read(f"id,text\n1,{text}\n", "csv")) == [("1", text)]


def test_utf_16_of_excel_is_read_as_tsv() -> None:
    assert good(read("id\ttext\r\n1\tPo\u2028është\r\n".encode("utf-16"), "tsv")) == [("1", "Po\u2028është")]


def test_a_header_with_no_records_or_a_name_twice_is_an_error() -> None:
    assert "a header and no records" in bad(read("id,text\n", "csv"))[0]
    assert "one name: 'text'" in bad(read("text,text\na,b\n", "csv"))[0]


records = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip), min_size=1)


@given(records)
def test_line_n_of_json_lines_is_document_n(texts: list[str]) -> None:
    data = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    found = read(data, "jsonl")
    assert [(document.text, document.name) for document in found if isinstance(document, Document)] == [
        (text, f"stdin:{number}") for number, text in enumerate(texts, 1) if text.strip("\ufeff").strip()
    ]
    assert len(found) == len(texts)
