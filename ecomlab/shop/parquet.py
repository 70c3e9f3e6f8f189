"""Tables as Parquet: the declared columns, and the same bytes for the same rows.

Other tools read the files as they are: money is CNY, labels are text, dates and times are dates
and times, what is missing is null. The order of rows, the encodings and the size of row groups are
fixed, so that bytes depend on the rows and on pyarrow's version alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.shop.calendar import EPOCH
from ecomlab.shop.ledger import Block
from ecomlab.shop.tables import Column, Table
from ecomlab.shop.tables.schema import MISSING

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 1 << 18
#: Ids that begin with their day: rows in the order of such a key are in the order of days, chunk
#: by chunk as in one piece, and compress best.
DATED = ("visit_id", "order_id", "ticket_id", "po_id", "post_id")
#: Ids whose neighbours are near: a dictionary would be as long as the column.
MANY = (*DATED, "customer_id")
_EPOCH_DAY = int(EPOCH.astype("datetime64[D]").astype(np.int64))
_EPOCH_MS = _EPOCH_DAY * 86_400_000


def schema(table: Table) -> pa.Schema:
    """The columns' Parquet types."""
    import pyarrow as pa

    types = {
        "id": pa.int64(),
        "count": pa.int64(),
        "money": pa.float64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "label": pa.dictionary(pa.int8(), pa.string()),
        "text": pa.string(),
        "date": pa.date32(),
        "time": pa.timestamp("ms"),
    }
    return pa.schema([pa.field(c.name, types[c.kind], nullable=c.optional) for c in table.columns])


def to_arrow(table: Table, columns: Block) -> pa.Table:
    """The rows as an Arrow table, in the order of the key where the key begins with its day.

    Parameters
    ----------
    table
        The declaration.
    columns
        The rows as the engine keeps them, in the declared columns.
    """
    import pyarrow as pa

    if table.key[0] in DATED:
        order = np.lexsort([columns[name] for name in reversed(table.key)])
        columns = {name: column[order] for name, column in columns.items()}
    kinds = schema(table)
    arrays = [_encoded(c, columns[c.name], kinds.field(c.name).type) for c in table.columns]
    return pa.Table.from_arrays(arrays, schema=kinds)


def _encoded(column: Column, values: np.ndarray, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if column.kind == "text":
        return _words(values.tolist())
    missing = None
    if column.optional:
        missing = np.isnan(values) if column.kind == "number" else values == MISSING
    if column.kind == "label":
        codes = _array(values.astype(np.int8), kind.index_type, missing)
        return pa.DictionaryArray.from_arrays(codes, _words(column.values))
    if column.kind == "money":
        values = values / 100
    elif column.kind == "date":
        values = (values + _EPOCH_DAY).astype(np.int32)
    elif column.kind == "time":
        values = values * 1000 + _EPOCH_MS
    return _array(values, kind, missing)


def _array(values: np.ndarray, kind: pa.DataType, missing: np.ndarray | None) -> pa.Array:
    """An Arrow array over the values' own memory (`pyarrow.array` would import pandas)."""
    import pyarrow as pa

    def buffer(part: np.ndarray) -> pa.Buffer:
        packed = np.packbits(part, bitorder="little") if part.dtype == np.bool_ else part
        return pa.py_buffer(np.ascontiguousarray(packed))

    known = None if missing is None else buffer(~missing)
    return pa.Array.from_buffers(kind, len(values), [known, buffer(values)])


def _words(words: Sequence[str]) -> pa.Array:
    """An Arrow array of text."""
    import pyarrow as pa

    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def from_arrow(table: Table, arrow: pa.Table) -> Block:
    """The rows of an Arrow table as the engine keeps them: `to_arrow` turned round."""
    return {column.name: _decoded(column, arrow[column.name]) for column in table.columns}


def _decoded(column: Column, values: pa.ChunkedArray) -> np.ndarray:
    import pyarrow as pa

    def whole(kind: pa.DataType) -> np.ndarray:
        known = values.cast(kind) if kind != pa.int32() else values.combine_chunks().view(kind)
        return known.fill_null(MISSING).to_numpy() if values.null_count else known.to_numpy()

    if column.kind == "money":
        return np.rint(values.to_numpy() * 100).astype(np.int64)
    if column.kind == "label":
        return _codes(column, values)
    if column.kind == "text":
        return np.array(values.to_pylist(), dtype=object)
    if column.kind == "date":
        days = whole(pa.int32())
        return np.where(days == MISSING, MISSING, days - _EPOCH_DAY).astype(np.int32)
    if column.kind == "time":
        stamps = whole(pa.int64())
        return np.where(stamps == MISSING, MISSING, (stamps - _EPOCH_MS) // 1000)
    return whole(pa.int64()) if column.kind == "id" else values.to_numpy()


def _codes(column: Column, values: pa.ChunkedArray) -> np.ndarray:
    """Codes into the declared labels, whatever the order of the file's own dictionary."""
    import pyarrow as pa

    found = values.unify_dictionaries().combine_chunks()
    if isinstance(found, pa.ChunkedArray):  # no rows, no chunks
        return np.empty(0, dtype=np.int16)
    place = np.array([column.values.index(word) for word in found.dictionary.to_pylist()] or [0])
    codes = found.indices.fill_null(MISSING).to_numpy()
    return np.where(codes < 0, MISSING, place[codes]).astype(np.int16)


def write(table: Table, columns: Block, path: Path, *, level: int = 3) -> None:
    """Write rows to a Parquet file that appears whole or not at all.

    Parameters
    ----------
    table, columns
        The declaration, and the rows as the engine keeps them.
    path
        The file; it is written beside under another name and renamed when it is on the disk.
    level
        How hard zstd tries, 1 .. 22.
    """
    import pyarrow.parquet as pq

    # Milliseconds of whole seconds compress best byte by byte.
    plain = {c.name: "BYTE_STREAM_SPLIT" for c in table.columns if c.kind == "time"}
    plain |= {c.name: "DELTA_BINARY_PACKED" for c in table.columns if c.name in MANY}
    beside = path.with_name(path.name + ".tmp")
    with beside.open("wb") as sink:
        pq.write_table(
            to_arrow(table, columns),
            sink,
            row_group_size=ROW_GROUP,
            compression="zstd",
            compression_level=level,
            version="2.6",
            use_dictionary=[c.name for c in table.columns if c.name not in plain],
            column_encoding=plain,
        )
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(path)


def read(table: Table, files: list[Path]) -> pa.Table:
    """The rows of one or more files, as an Arrow table with the declared types.

    Raises
    ------
    ValueError
        If a file is none of Parquet, or holds other columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # One thread: a process that was forked from a busy one reads as well.
    parts = []
    for file in files:
        try:
            rows = pq.read_table(file, use_threads=False, partitioning=None)
            parts.append(rows.cast(schema(table)))
        except (pa.ArrowException, ValueError, OSError) as error:
            raise ValueError(
                f"{file} is damaged or of another version ({error}); delete its shop's folder and "
                "try again"
            ) from error
    return pa.concat_tables(parts)
