"""What sections 6.1 and 6.2 can know: which cells are faulty, and on which days something broke."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.mining.kpis import seasonal_alerts
from ecomlab.shop import faults
from ecomlab.shop.calendar import EPOCH, festivals
from ecomlab.shop.history import History
from ecomlab.shop.raw.partner import ENCODING, SEPARATOR, PartnerFile, partner_file
from ecomlab.shop.raw.report import HEADS
from ecomlab.shop.world import World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: Days around a festival that are unlike others, before and after: slump, sale, dip.
_AROUND = {"chinese_new_year": (22, 10), "mid_autumn": (8, 1)}
_SALE, _AFTER_OFFER = (6, 10), 9
#: An alarm is in time on the first or second day; alarms so close together are one.
_IN_TIME, _SAME = 2, 4
_QUARTER = 365.25 / 4
#: The launch, when visits grow fifty-fold: nothing of it tells what an ordinary day is like.
_LAUNCH = 60


def unlike_others(history: History) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Periods in which a day is not like other days: the launch, festivals, and offers."""
    opened, day = pd.Timestamp(EPOCH), pd.Timedelta(days=1)
    found = [(opened, opened + (_LAUNCH - 1) * day)]
    for festival in festivals():
        before, after = _AROUND.get(festival.name, _SALE)
        date = opened + festival.day * day
        found.append((date - before * day, date + after * day))
    offers = history.campaigns
    found += [
        (first, last + _AFTER_OFFER * day)
        for first, last in zip(offers["starts_on"], offers["ends_on"], strict=True)
    ]
    return found


def _visits(history: History) -> pd.Series:
    daily = panels.city_days(history).sum(axis=1)
    return pd.Series(daily, index=pd.date_range(pd.Timestamp(EPOCH), periods=len(daily)))


def none(world: World) -> Measured:
    """No drop missed, no false alarm."""
    return [0.0, 0.0], [0.0, 0.0]


@lru_cache(maxsize=1)
def _alerts(history: History) -> pd.DataFrame:
    return seasonal_alerts(_visits(history), except_for=unlike_others(history))


def _drops(history: History) -> list[faults.Incident]:
    """The drops of visits that begin on days that are judged."""
    judged = _alerts(history)["z"].notna().to_numpy()
    return [
        one
        for one in faults.incidents(history.world)
        if one.kind == "visits_drop" and judged[one.start : one.start + _IN_TIME].all()
    ]


def _turns(history: History) -> list[int]:
    """Days on which the shop's own event in the cities began and ended: visits do change."""
    event = history.policy.experiment("city_event")
    return [event.start, event.end] if event else []


def _told(history: History, alarm: Flags, days: int) -> tuple[float, int, float]:
    """Drops missed, false alarms, and how many quarters were watched."""
    missed = sum(not alarm[o.start : o.start + _IN_TIME].any() for o in _drops(history))
    spared = np.zeros(len(alarm), dtype=bool)
    for one in faults.incidents(history.world):
        spared[one.start : one.start + one.days + _IN_TIME] = True
    for day in _turns(history):
        spared[day : day + _IN_TIME] = True
    days_of = np.flatnonzero(alarm)
    episodes = np.split(days_of, np.flatnonzero(np.diff(days_of) > _SAME) + 1)
    false = sum(len(one) > 0 and not spared[one].any() for one in episodes)
    return float(missed), false, days / _QUARTER


def by_alerts(history: History) -> Measured:
    """Moving average of deviations from weekday and recent level."""
    found = _alerts(history)
    missed, false, quarters = _told(
        history, found["alarm"].to_numpy(), int(found["z"].notna().sum())
    )
    return [missed, false / quarters], [0.0, np.sqrt(max(false, 1)) / quarters]


def fixed_threshold(history: History) -> Floats:
    """An alarm whenever visits are two standard deviations off the mean of all days."""
    visits = _visits(history)
    alarm = ((visits - visits.mean()).abs() > 2 * visits.std()).to_numpy()
    missed, false, quarters = _told(history, alarm, len(visits))
    return np.array([missed, false / quarters])


_COUNTED = ("visits", "units", "revenue")
#: A value is suspect from so many times the usual on: more than any festival, less than ten.
_SUSPECT = 4.5


@lru_cache(maxsize=1)
def _report(history: History) -> tuple[PartnerFile, pd.DataFrame]:
    """A partner's file with its faults, and its cells as they stand, by line."""
    with tempfile.TemporaryDirectory() as folder:
        file = partner_file(history, Path(folder) / "report.csv")
        rows = pd.read_csv(
            file.path, sep=SEPARATOR, encoding=ENCODING, dtype=str, keep_default_na=False
        )
    rows.columns = pd.Index(HEADS)
    rows["category"] = rows["category"].str.strip()
    for name in _COUNTED:
        plain = rows[name].str.replace("[. ]", "", regex=True).str.replace(",", ".")
        rows[name] = pd.to_numeric(plain, errors="coerce")
    return file, rows.set_index(pd.RangeIndex(2, len(rows) + 2, name="line"))


def _cells(flags: pd.DataFrame) -> set[tuple[int, str]]:
    line, column = np.nonzero(flags.to_numpy())
    return set(zip(flags.index[line].tolist(), flags.columns[column].tolist(), strict=True))


def _agreement(history: History, outliers: pd.DataFrame) -> tuple[Floats, Floats]:
    """Precision and recall of the faults found: second reports, gaps, and outliers."""
    file, rows = _report(history)
    again = rows["report_id"].duplicated()
    found = _cells((rows[list(_COUNTED)].isna() | outliers)[~again])
    found |= {(line, "row") for line in rows.index[again]}
    true = {
        (one.line, "row" if one.kind == "near_duplicate" else one.column)
        for one in file.faults.itertuples()
        if one.kind in ("near_duplicate", "gap", "outlier")
    }
    counts = np.array([len(found), len(true)])
    share = len(found & true) / counts
    smoothed = (len(found & true) + 0.5) / (counts + 1)
    return share, np.sqrt(smoothed * (1 - smoothed) / counts)


def all_right(world: World) -> Measured:
    """Every fault found, nothing else taken for one."""
    return [1.0, 1.0], [0.0, 0.0]


def by_rules(history: History) -> Measured:
    """Numbers reported twice, cells without a number, and values that the row's others deny.

    Visits are held against the fortnight around, revenue and units against each other: a festival
    raises both, a slip of the decimal point one of them.
    """
    rows = _report(history)[1]
    category = rows["category"]
    around = rows.groupby(category)["visits"].transform(
        lambda one: one.rolling(15, center=True, min_periods=5).median()
    )
    each = rows["revenue"] / rows["units"].where(rows["units"] > 0)
    usual = each.groupby(category).transform("median")
    outliers = pd.DataFrame(
        {
            "visits": rows["visits"] + 1 > _SUSPECT * (around + 1),
            "units": (each > 0) & (each < usual / _SUSPECT),
            "revenue": each > _SUSPECT * usual,
        }
    )
    return _agreement(history, outliers)


def three_deviations(history: History) -> Floats:
    """Outliers by the mean and three standard deviations of a category's values."""
    rows = _report(history)[1]
    values = rows[list(_COUNTED)]
    by = values.groupby(rows["category"])
    return _agreement(history, (values - by.transform("mean")).abs() > 3 * by.transform("std"))[0]


ESTIMANDS = (
    Estimand(
        name="incidents in visits",
        section="mining.kpis",
        unit="drops missed; false alarms a quarter",
        meaning="drops of 30-45 % that raise no alarm by their second day, and alarms without an "
        "incident a quarter: none missed and less than one asked for; days that the launch or the "
        "calendar makes unlike others are neither judged nor learned from, nor are days judged "
        "before six ordinary weeks; the shop's own event is no false alarm",
        tolerance=0.99,
        truth=none,
        reference=by_alerts,
        naive=fixed_threshold,
        method="moving average of robust deviations from weekday and recent level",
        fallacy="a fixed threshold: two standard deviations off the mean",
        items=("missed", "false alarms"),
    ),
    Estimand(
        name="faults in a partner's file",
        section="shop.raw",
        unit="share",
        meaning="precision and recall over repeated rows, missing values and slips of the decimal "
        "point in two years of a partner's daily reports",
        tolerance=0.02,
        truth=all_right,
        reference=by_rules,
        naive=three_deviations,
        method="keys, numbers, and values that the rest of the row denies",
        fallacy="three standard deviations off the mean: deletes the festivals",
        items=("precision", "recall"),
    ),
)
