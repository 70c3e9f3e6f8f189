"""The table of rules, as data: what is in force when, and what changes."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from ecomlab.arguments import amount, day, one_of
from ecomlab.datasets import data
from ecomlab.style import language, say

if TYPE_CHECKING:
    import pandas as pd

# How a legal text draws its line, and whether the number itself is inside (Civil Code of China,
# art. 1259: 以上 and 以下 include it, 不满 and 超过 do not).
BOUNDS = ("up to", "below", "above", "at least")


class _Notice:
    """A sentence that is spoken in the language in force when it is shown."""

    def __repr__(self) -> str:
        return say(
            en="This section teaches how to read rules. It is no legal advice: before you act,"
            " read the law in force and ask a lawyer.",
            zh="本节教你怎样读规则，不构成法律意见：行动之前，请查阅现行法律并咨询律师。",
        )


NOTICE = _Notice()


def rules(on: date | str | None = None, *, jurisdiction: str | None = None) -> pd.DataFrame:
    """The rules of the course, one row each.

    Parameters
    ----------
    on
        Only those in force on this day; the first and the last day of a rule count.
    jurisdiction
        Only those of one place: "CN", "EU", "US", "US-CA", "US-SD" or "world".

    Returns
    -------
    pandas.DataFrame
        Index ``rule``; ``name``, ``area``, ``jurisdiction``, ``in_force`` and ``until`` (dates;
        NaT: no end), ``bound``, ``threshold`` and ``unit`` (missing where there is no number),
        ``says``, ``remedy``, ``action`` ("stop", "set up" or "pay"), ``status`` ("confirmed" in a
        published source, or "to confirm"), ``source`` and ``vintage``. Texts are in the language
        in force.

    Raises
    ------
    ValueError
        If the day cannot be read, or no rule is of that place.

    Examples
    --------
    >>> rules().loc["eu-ioss", ["bound", "unit"]].tolist()
    ['up to', 'EUR a parcel']
    >>> ["eu-customs-duty-3" in rules(on).index for on in ("2026-06-30", "2026-07-01")]
    [False, True]
    """
    table = _table(language()).copy()
    if jurisdiction is not None:
        known = sorted(table["jurisdiction"].unique())
        if jurisdiction not in known:
            raise ValueError(f"no rule is of {jurisdiction!r}; there are rules of {known}")
        table = table[table["jurisdiction"] == jurisdiction]
    if on is not None:
        table = table[table.index.isin([row["rule"] for row in in_force(on)])]
    return table


def in_force(on: date | str) -> list[dict[str, Any]]:
    """The rules in force on a day, as plain rows: for judging one by one a table is slow.

    Examples
    --------
    >>> first, *later = in_force("2026-07-01")
    >>> first["rule"], first["bound"], first["threshold"]
    ('cn-cybersecurity-2026', 'at least', 6.0)
    """
    when = _stamp(on, "on")
    rows = _rows(language())
    return [row for row in rows if row["in_force"] <= when and not row["until"] < when]


def changes(since: date | str, *, until: date | str | None = None) -> pd.DataFrame:
    """What starts and what ends from a day on, in the order of time.

    Parameters
    ----------
    since, until
        The first and the last day looked at; no last day looks at all that is known.

    Returns
    -------
    pandas.DataFrame
        ``date`` (the first day on which it is different), ``change`` ("starts" or "ends"),
        ``rule``, ``name`` and ``jurisdiction``; a rule whose last day is 30 June ends on 1 July.

    Examples
    --------
    >>> changes("2026-06-30", until="2026-07-01")[["date", "change", "rule"]]
            date  change               rule
    0 2026-07-01    ends  eu-customs-relief
    1 2026-07-01  starts  eu-customs-duty-3
    """
    import pandas as pd

    first, last = _stamp(since, "since"), None if until is None else _stamp(until, "until")
    if last is not None and last < first:
        raise ValueError(f"until ({last:%Y-%m-%d}) is before since ({first:%Y-%m-%d})")
    table = rules().reset_index()
    starts = table.assign(date=table["in_force"], change="starts")
    ends = table.assign(date=table["until"] + pd.Timedelta(days=1), change="ends").dropna(
        subset="date"
    )
    both = pd.concat([ends, starts]).sort_values(["date", "change", "rule"], ignore_index=True)
    asked = both["date"] >= first
    if last is not None:
        asked &= both["date"] <= last
    columns = ["date", "change", "rule", "name", "jurisdiction"]
    return both.loc[asked, columns].reset_index(drop=True)


def within(value: float, bound: str, threshold: float) -> bool:
    """Whether a value is inside a bound as legal texts draw it.

    Parameters
    ----------
    value, threshold
        Numbers in one unit.
    bound
        "up to" (not exceeding; 不超过, 以下) and "at least" (or more; 以上) include the threshold,
        "below" (less than; 不满) and "above" (exceeding; 超过) do not.

    Examples
    --------
    >>> [within(v, "up to", 150) for v in (149.99, 150, 150.01)]
    [True, True, False]
    >>> [within(v, "above", 100_000) for v in (100_000, 100_000.01)]
    [False, True]
    """
    value, threshold = amount(value, "value", least=0), amount(threshold, "threshold", least=0)
    return {
        "up to": value <= threshold,
        "below": value < threshold,
        "above": value > threshold,
        "at least": value >= threshold,
    }[one_of(bound, "bound", BOUNDS)]


def _stamp(value: object, name: str) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day(value, name))


@cache
def _table(lang: str) -> pd.DataFrame:
    """The file with its dates parsed and one language kept."""
    import pandas as pd

    table = data("market/rules").set_index("rule")
    for column in ("in_force", "until"):
        table[column] = pd.to_datetime(table[column])
    told = ("name", "says", "remedy", "source")
    if lang == "zh":
        table = table.assign(**{column: table[f"{column}_zh"] for column in told})
    return table.drop(columns=[f"{column}_zh" for column in told])


@cache
def _rows(lang: str) -> list[dict[str, Any]]:
    return _table(lang).reset_index().to_dict("records")
