"""Parquet: a table with a column of texts. Row N (from 1) gives document N, or the error of row N."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats.arrow import ROWS, require_columns, row_documents
from mtsum.formats.base import Document, Origin, register
from mtsum.formats.encoding import refuse_binary

# Of a column's pages, this many bytes are read ahead; without it a row group would be read as one.
_READ_AHEAD = 1 << 18


@register("parquet", ".parquet", ".pq")
def read_parquet(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The documents of a Parquet file, read a few rows at a time.

    A row group that is damaged is an error that names its rows, and the next one is read.
    """
    import pyarrow
    from pyarrow import parquet

    _refuse_other(file, origin)
    try:
        table = parquet.ParquetFile(file, buffer_size=_READ_AHEAD)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"not a Parquet file, or a damaged one ({_first_line(error)})", origin.name) from error
    require_columns(table.schema_arrow.names, origin)
    if not table.metadata.num_rows:
        raise InputError("a schema and no rows", origin.name)
    row = 1
    for group in range(table.num_row_groups):
        end = row + table.metadata.row_group(group).num_rows
        try:
            for batch in table.iter_batches(ROWS, row_groups=[group], use_threads=False):
                yield from row_documents(batch, origin, row)
                row += batch.num_rows
                pyarrow.default_memory_pool().release_unused()  # it would keep several times what a batch takes
        except (pyarrow.ArrowException, OSError) as error:
            message = f"damaged: rows {row:,} to {end - 1:,} cannot be read ({_first_line(error)})"
            yield InputError(message, f"{origin.name}:{row}")
        row = end


def count_rows(file: BinaryIO) -> int:
    """The rows of a Parquet file, as its footer says. Raises ``OSError`` or ``ValueError`` when it has none."""
    from pyarrow import parquet

    return parquet.ParquetFile(file).metadata.num_rows


def _refuse_other(file: BinaryIO, origin: Origin) -> None:
    if not file.seekable():
        raise InputError("a Parquet file cannot be read from inside an archive or a pipe; unpack it first", origin.name)
    first = file.read(8)
    if not first.strip():
        raise InputError("empty: nothing to read", origin.name)
    if not first.startswith(b"PAR1"):
        refuse_binary(first, origin.name)
        raise InputError("not a Parquet file; for text say its --format", origin.name)
    file.seek(0)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
