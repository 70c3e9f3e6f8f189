"""Days, festivals and seasons: when people come, and when parcels are slow.

Day 0 is 2024-01-01. Lunar dates are those of the Hong Kong Observatory's tables; they are listed,
not computed, so the calendar ends where the list does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2027, 12, 31)
KNOWN_DAYS = (LAST_DAY - FIRST_DAY).days + 1
EPOCH = np.datetime64("2024-01-01", "s")

CHINESE_NEW_YEAR = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6))
MID_AUTUMN = (date(2024, 9, 17), date(2025, 10, 6), date(2026, 9, 25), date(2027, 9, 15))


@dataclass(frozen=True)
class Festival:
    """One occurrence: a name in both languages, its day (0 = 2024-01-01) and its day's lift."""

    name: str
    zh: str
    day: int
    lift: float

    @property
    def date(self) -> date:
        """The calendar date."""
        return date_of(self.day)


#: Lift of visits with intent on the day itself: 3-8 times on the great sales days (design).
LIFTS = {"618": 3.6, "double_eleven": 4.4, "double_twelve": 3.0, "black_friday": 3.0}
_ZH = {
    "chinese_new_year": "春节",
    "mid_autumn": "中秋节",
    "618": "618",
    "double_eleven": "双11",
    "double_twelve": "双12",
    "black_friday": "黑色星期五",
}


def date_of(day: int) -> date:
    """The date of a day number.

    Examples
    --------
    >>> date_of(729).isoformat()
    '2025-12-30'
    """
    return FIRST_DAY + timedelta(days=int(day))


def day_of(when: date) -> int:
    """The day number of a date (2024-01-01 is 0)."""
    return (when - FIRST_DAY).days


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def festivals() -> tuple[Festival, ...]:
    """Every festival that the calendar knows, in order.

    Examples
    --------
    >>> [f.date.isoformat() for f in festivals() if f.name == "mid_autumn"][:2]
    ['2024-09-17', '2025-10-06']
    """
    found = [Festival("chinese_new_year", "春节", day_of(d), 0.55) for d in CHINESE_NEW_YEAR]
    found += [Festival("mid_autumn", "中秋节", day_of(d), 1.5) for d in MID_AUTUMN]
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        dates = {
            "618": date(year, 6, 18),
            "double_eleven": date(year, 11, 11),
            "double_twelve": date(year, 12, 12),
            "black_friday": black_friday(year),
        }
        found += [Festival(n, _ZH[n], day_of(d), LIFTS[n]) for n, d in dates.items()]
    return tuple(sorted(found, key=lambda f: f.day))


def check_days(days: int) -> int:
    """Give ``days`` back if it is a whole number of days the calendar knows; else raise."""
    if isinstance(days, bool) or not isinstance(days, int | np.integer):
        raise TypeError(f"days must be a whole number, not {days!r}")
    if not 1 <= days <= KNOWN_DAYS:
        raise ValueError(
            f"days is {days}; it must lie in 1 .. {KNOWN_DAYS} (the lunar calendar here ends on "
            f"{LAST_DAY.isoformat()})"
        )
    return int(days)


def demand_index(days: int) -> NDArray[np.float64]:
    """What the calendar alone does to visits with intent, shape (days,), about 1 on average.

    A weekly rhythm, a mild season, festivals with a slump of a quarter in the five days before
    and a dip of 15 % in the week after, and a quiet fortnight around Chinese New Year.
    """
    t = np.arange(days)
    index = np.array([0.95, 0.94, 0.95, 0.97, 1.02, 1.10, 1.07])[t % 7]
    index = index * (1 + 0.06 * np.cos(2 * np.pi * (t - 330) / 365.25))
    for festival in festivals():
        gap = t - festival.day
        if festival.name == "chinese_new_year":
            quiet = np.where((gap >= -5) & (gap <= 8), festival.lift, 1.0)
            index = index * np.where((gap >= -20) & (gap < -6), 1.25, quiet)
        elif festival.name == "mid_autumn":
            index = index * np.where((gap >= -7) & (gap <= 0), festival.lift, 1.0)
        else:
            index = index * np.where((gap >= -5) & (gap < -1), 0.75, 1.0)
            index = index * np.where(gap == -1, 0.9, 1.0)
            index = index * np.where(gap == 0, festival.lift, 1.0)
            index = index * np.where((gap == 1) | (gap == 2), 1 + (festival.lift - 1) * 0.25, 1.0)
            index = index * np.where((gap > 2) & (gap <= 9), 0.85, 1.0)
    return np.rint(index * 65536) / 65536


def shipping_slowdown(days: int) -> NDArray[np.float64]:
    """Days added to a delivery by the calendar, by day of dispatch, shape (days,)."""
    t = np.arange(days)
    added = np.zeros(days)
    for festival in festivals():
        gap = t - festival.day
        if festival.name == "chinese_new_year":
            added += np.where((gap >= -6) & (gap <= 7), np.clip(7 - gap, 0, 9), 0)
        elif festival.name in LIFTS:
            added += np.where((gap >= 0) & (gap <= 4), 1.0, 0.0)
    return added


def load_index(days: int) -> NDArray[np.float64]:
    """How much slower pages are on busy days, a factor, shape (days,)."""
    return np.rint((1 + 0.12 * np.clip(demand_index(days) - 1, 0, None)) * 65536) / 65536


#: Share of visits that have begun by the end of each hour: a noon bump and an evening peak.
_HOURLY = np.array(
    [9, 5, 3, 2, 2, 3, 6, 11, 18, 26, 32, 33, 34, 32, 30, 30, 31, 32, 34, 42, 52, 54, 40, 22]
)
HOURS = np.cumsum(_HOURLY) / _HOURLY.sum()
