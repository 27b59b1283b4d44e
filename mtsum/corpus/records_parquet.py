"""Records as Parquet: the schema of ``mtsum.records``, nested as the record is, and the way there and back.

Two parts of a record have other keys in every corpus or model, so they stand in the file as JSON text: ``extra`` (the
input's other columns) and ``meta.settings``. The file's own metadata says so under the key ``mtsum``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from mtsum.errors import InputError

if TYPE_CHECKING:
    import pyarrow

# A row group is closed at either, so that memory is bounded for long articles too.
ROW_GROUP_RECORDS = 1_000
ROW_GROUP_CHARACTERS = 8_000_000
READ_RECORDS = 100

_LAYOUT = {"record": 1, "json": ["extra", "meta.settings"]}


def schema() -> pyarrow.Schema:
    """The columns of a Parquet file of records, the same for every file."""
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    piece = pa.struct({"source": text, "target": text})
    translated = pa.struct(
        {"id": text, "source": text, "target": text, "score": pa.float64(), "flags": texts, "pieces": pa.list_(piece)}
    )
    summarized = pa.struct({"text": text, "sources": texts, "flags": texts})
    replaced = pa.struct({"text": text, "flags": texts})
    selection = pa.struct(
        {
            "method": text,
            "words_asked": pa.int64(),
            "words_target": pa.int64(),
            "inputs": pa.list_(texts),
            "left_out": texts,
            "replaced": pa.list_(replaced),
        }
    )
    return pa.schema(
        {
            "id": text,
            "source": pa.struct(
                {"lang": text, "text": text, "sentences": pa.list_(pa.struct({"id": text, "text": text}))}
            ),
            "translation": pa.struct({"model": text, "text": text, "sentences": pa.list_(translated)}),
            "summary": pa.struct(
                {"model": text, "text": text, "sentences": pa.list_(summarized), "selection": selection}
            ),
            "meta": pa.struct(
                {"mtsum": text, "engine": text, "device": text, "settings": text, "seconds": pa.float64()}
            ),
            "error": text,
            "title": text,
            "extra": text,
        },
        metadata={"mtsum": json.dumps(_LAYOUT)},
    )


def write_parquet(records: Iterable[dict[str, Any]], target: str | os.PathLike[str] | BinaryIO) -> int:
    """Writes ``records`` to ``target``, a path or an open binary stream (not closed), and says how many they were.

    They are taken from the stream a row group at a time. The same records give the same bytes with the same pyarrow.
    Raises ``InputError`` for a record with a key, or a kind of value, that the schema has no place for.
    """
    import pyarrow.parquet as pq

    columns = schema()
    written = 0
    # Dictionaries keep the settings, the same in every record of a run, from being written out for each.
    with pq.ParquetWriter(target, columns, compression="zstd") as writer:
        for group in _row_groups(records):
            writer.write_table(_table(group, columns), row_group_size=len(group))
            written += len(group)
    return written


def read_parquet(path: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """The records in a Parquet file that ``write_parquet`` wrote, in order and as they were.

    Raises ``InputError`` for a file that is no Parquet or has other columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            lacking = [name for name in schema().names if name not in file.schema_arrow.names]
            if lacking:
                raise InputError(f"holds no records of mtsum: there is no column {', '.join(lacking)}", os.fspath(path))
            for batch in file.iter_batches(READ_RECORDS):
                yield from (_from_row(row, path) for row in batch.to_pylist())
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as Parquet: {error}", os.fspath(path)) from error


def _row_groups(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    characters = 0
    for record in records:
        group.append(record)
        characters += len(record["source"]["text"] or "")
        if len(group) == ROW_GROUP_RECORDS or characters >= ROW_GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _table(records: list[dict[str, Any]], columns: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow as pa

    for record in records:
        # pyarrow would leave out, without a word, what the schema does not have.
        unknown = list(_unknown_keys(record, columns))
        if unknown:
            raise InputError(f"there is no column for {', '.join(unknown)}; write JSON lines instead", record["id"])
    try:
        return pa.Table.from_pylist([_to_row(record) for record in records], schema=columns)
    except (pa.ArrowException, TypeError) as error:
        where = f"{records[0]['id']} to {records[-1]['id']}"
        raise InputError(f"a value does not fit its column: {error}; write JSON lines instead", where) from error


def _unknown_keys(record: dict[str, Any], columns: pyarrow.Schema) -> Iterator[str]:
    for name, value in record.items():
        if name not in columns.names:
            yield name
        elif name == "meta" and value:
            yield from _unknown_inside(
                {key: value[key] for key in value if key != "settings"}, columns.field(name).type, name
            )
        elif name != "extra":
            yield from _unknown_inside(value, columns.field(name).type, name)


def _unknown_inside(value: Any, kind: pyarrow.DataType, path: str) -> Iterator[str]:
    """The dotted paths of keys in ``value`` that a column of type ``kind`` lacks."""
    if isinstance(value, list) and hasattr(kind, "value_type"):
        for each in value:
            yield from _unknown_inside(each, kind.value_type, path)
    elif isinstance(value, dict) and hasattr(kind, "get_field_index"):
        for name, each in value.items():
            if kind.get_field_index(name) < 0:
                yield f"{path}.{name}"
            else:
                yield from _unknown_inside(each, kind.field(name).type, f"{path}.{name}")


def _to_row(record: dict[str, Any]) -> dict[str, Any]:
    row = dict(record)
    if record.get("meta") is not None:
        row["meta"] = record["meta"] | {"settings": _json(record["meta"]["settings"])}
    if "extra" in record:
        row["extra"] = _json(record["extra"])
    return row


def _from_row(row: dict[str, Any], path: str | os.PathLike[str]) -> dict[str, Any]:
    """The record in a row: JSON text as values, and no key that says nothing and that a record goes without."""
    try:
        if row["meta"] is not None:
            row["meta"]["settings"] = json.loads(row["meta"]["settings"])
        if row["extra"] is not None:
            row["extra"] = json.loads(row["extra"])
    except (TypeError, ValueError) as error:
        raise InputError(
            f"'extra' and 'meta.settings' should be JSON: {error}", f"{os.fspath(path)}, {row['id']}"
        ) from error
    _drop_empty(row, "title", "extra")
    _drop_empty(row["source"], "sentences")
    for sentence in row["translation"]["sentences"] if row["translation"] else ():
        _drop_empty(sentence, "pieces")
    return row


def _drop_empty(values: dict[str, Any], *names: str) -> None:
    for name in names:
        if values[name] is None:
            del values[name]


def _json(value: Any) -> str:
    """As ``mtsum.records.json_line`` writes it: what JSON lacks becomes text."""
    return json.dumps(value, ensure_ascii=False, default=str)
