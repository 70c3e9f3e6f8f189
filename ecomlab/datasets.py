"""Where the shipped data are: beside the checkout, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = Path(__file__).resolve().parent


def folder() -> Path:
    """The folder of the shipped data sets."""
    packed = _PACKAGE / "_datasets"
    return packed if packed.is_dir() else _PACKAGE.parent / "datasets"


def data(name: str) -> pd.DataFrame:
    """One shipped table of published figures, as a pandas DataFrame.

    Parameters
    ----------
    name
        Folder and table without the ending, e.g. ``"market/china_online_retail"``.

    Returns
    -------
    pandas.DataFrame
        The rows of the CSV file; columns named ``date`` are parsed as dates.

    Raises
    ------
    ValueError
        If there is no such table; the message lists those there are.

    Examples
    --------
    >>> data("market/china_online_retail").columns.tolist()[:2]
    ['year', 'sales_cny_bn']
    """
    import pandas as pd

    path = folder() / f"{name}.csv"
    known = sorted(
        p.relative_to(folder()).with_suffix("").as_posix() for p in folder().rglob("*.csv")
    )
    if name not in known:
        raise ValueError(f"no data set is called {name!r}; there are: {', '.join(known)}")
    dates = [c for c in pd.read_csv(path, nrows=0).columns if c == "date"]
    return pd.read_csv(path, parse_dates=dates)
