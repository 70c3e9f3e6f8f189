"""Places on a plane: reading them from tables, and how far they are apart."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amounts

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def points(frame: pd.DataFrame, what: str) -> Floats:
    """Columns `x` and `y` of a table as an array of n x 2.

    Raises
    ------
    TypeError, ValueError
        If one holds anything but finite numbers, naming the row.
    """
    return np.column_stack([amounts(frame[axis], f"{what}: {axis}") for axis in ("x", "y")])


def labels(table: Any, what: str) -> list[Hashable]:
    """The labels of a table's rows, each once; numbers from 0 where it has none.

    Raises
    ------
    ValueError
        If two rows share one.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame | pd.Series):
        return list(range(len(table)))
    twice = table.index.duplicated()
    if twice.any():
        row = int(np.argmax(twice))
        raise ValueError(
            f"{what}: row {row} has the label {table.index.tolist()[row]!r} of an earlier row"
        )
    return table.index.tolist()


def between(start: Floats, end: Floats) -> Floats:
    """Straight distances from n places to m places, n x m.

    Examples
    --------
    >>> between(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[5.0, 1.0]]
    """
    apart = start[:, None, :] - end[None, :, :]
    return np.hypot(apart[..., 0], apart[..., 1])
