"""Parquet."""

import datetime
import decimal
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from mtsum.errors import InputError
from mtsum.formats import Document, read_documents


def written(path: Path, table: pa.Table, **options: object) -> str:
    parquet.write_table(table, path, **options)
    return str(path)


def test_a_row_keeps_its_identifier_title_and_other_columns_as_json_values(tmp_path: Path) -> None:
    moment = datetime.datetime(2024, 5, 1, 12, 30)
    row = {
        "id": 7,
        "text": "Po. Jo.",
        "title": "T",
        "day": moment.date(),
        "at": moment,
        "price": decimal.Decimal("1.20"),
        "share": float("nan"),
        "photo": b"\xff\x00",
        "tags": [{"name": "ekonomi", "n": 2}],
        "none": None,
    }
    (document,) = read_documents(written(tmp_path / "a.parquet", pa.Table.from_pylist([row])))
    assert isinstance(document, Document)
    assert (document.id, document.id_given, document.title, document.name) == (
        "7",
        True,
        "T",
        f"{tmp_path}/a.parquet:1",
    )
    assert document.extra == {
        "day": "2024-05-01",
        "at": "2024-05-01T12:30:00",
        "price": "1.20",
        "share": None,
        "photo": "/wA=",
        "tags": [{"name": "ekonomi", "n": 2}],
        "none": None,
    }
    assert json.loads(json.dumps(document.extra, allow_nan=False)) == document.extra


def test_rows_are_called_after_file_and_row_and_a_bad_one_is_an_error_in_its_place(tmp_path: Path) -> None:
    table = pa.table({"trupi": ["Një.", "", None, "Katër."] * 20})
    found = [*read_documents(written(tmp_path / "a.pq", table, row_group_size=7), text_column="trupi")]
    assert len(found) == 80
    assert [document.id for document in found if isinstance(document, Document)][-2:] == ["a:77", "a:80"]
    assert str(found[77]) == f"{tmp_path}/a.pq:78: 'trupi' is empty"
    assert str(found[78]) == f"{tmp_path}/a.pq:79: 'trupi' is null and not text"


def test_a_text_that_is_no_utf_8_spoils_its_row_only(tmp_path: Path) -> None:
    texts = pa.Array.from_buffers(pa.string(), 3, pa.array([b"Po.", b"\xebsht\xeb", b"Jo."]).buffers())
    found = [*read_documents(written(tmp_path / "a.parquet", pa.table({"text": texts})))]
    assert [isinstance(each, Document) for each in found] == [True, False, True]
    assert "a.parquet:2: a text of this row is not UTF-8" in str(found[1])


def test_a_missing_text_column_is_one_error_that_names_the_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", pa.table({"a": [1, 2], "b": ["x", "y"]}))
    (error,) = read_documents(path)
    assert f"{path}: no column 'text'; the columns are: 'a', 'b'" in str(error)


def test_a_damaged_row_group_is_an_error_and_the_next_is_read(tmp_path: Path) -> None:
    table = pa.table({"text": [f"Fjalia {number}." for number in range(30)]})
    path = Path(written(tmp_path / "a.parquet", table, row_group_size=10, compression="zstd", use_dictionary=False))
    column = parquet.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start, size = column.data_page_offset, column.total_compressed_size
    data[start + size // 2 : start + size] = b"\xff" * (size - size // 2)
    path.write_bytes(data)
    found = [*read_documents(str(path))]
    (error,) = (each for each in found if isinstance(each, InputError))
    assert f"{path}:11: damaged: rows 11 to 20 cannot be read" in str(error)
    assert [each.id for each in found if isinstance(each, Document)] == [
        f"a:{n}" for n in (*range(1, 11), *range(21, 31))
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty: nothing to read"),
        (b"PAR1 i prishur", "not a Parquet file, or a damaged one"),
        (b"id,text\n1,Po.\n", "not a Parquet file"),
        (b"%PDF-1.7\n", "a PDF"),
    ],
)
def test_what_is_no_parquet_file_is_an_error(data: bytes, expected: str) -> None:
    (error,) = read_documents("-", format="parquet", stdin=io.BytesIO(data))
    assert isinstance(error, InputError)
    assert expected in str(error)


def test_a_table_without_rows_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", pa.table({"text": pa.array([], pa.string())}))
    assert "a schema and no rows" in str(*read_documents(path))


def test_a_parquet_file_inside_an_archive_is_refused_with_a_remedy(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "a.parquet.gz"
    path.write_bytes(gzip.compress(Path(written(tmp_path / "a.parquet", pa.table({"text": ["Po."]}))).read_bytes()))
    assert "unpack it first" in str(*read_documents(str(path)))
