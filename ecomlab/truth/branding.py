"""What chapter 3 can know: media contributions, credit for brand search, a city event."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.branding.activation import diff_in_diff
from ecomlab.branding.media import MediaMix
from ecomlab.shop.experiments import PROGRAMME, arms_of_few
from ecomlab.shop.history import History
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Decision, Policy
from ecomlab.shop.run import Snapshot
from ecomlab.shop.world import CHANNELS, World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.past import EVERY, past
from ecomlab.truth.twins import Arm, outcomes, pooled

Floats = NDArray[np.float64]
_TRUE = CHANNELS[:4]
#: The twelve weeks that contributions are told for.
_FROM, _DAYS = 364, 84
_EVENT = next(e for e in PROGRAMME if e.name == "city_event")
_OFF = next(e for e in PROGRAMME if e.name == "brand_search_off")


def _visits(blocks: dict[str, Block]) -> float:
    return float(len(blocks["visits"]["day"]))


def shut_off(world: World) -> Measured:
    """Share of visits lost without a channel, its carry-over gone from the first day on."""
    nights, policy, pairs = past(world).within(_FROM, _FROM + _DAYS), Policy(), 7
    base = outcomes(world, [Arm(policy)], nights, EVERY, pairs, _visits)
    lost = []
    for channel, name in enumerate(_TRUE):
        without = Arm(policy, (Decision(days=EVERY, media_factor={name: 0.0}),))
        dark = [_forgotten(night, channel) for night in nights]
        lost.append(outcomes(world, [without], dark, EVERY, pairs, _visits))
    found = np.concatenate([base, *lost], axis=1)
    return pooled(found, lambda mean: 1 - mean[1:] / mean[0])


def _forgotten(night: Snapshot, channel: int) -> Snapshot:
    """A night on which nothing is left of what a channel did before."""
    state = night.state.copy()
    state.adstock[channel] = 0
    return replace(night, state=state)


@lru_cache(maxsize=1)
def _mix(history: History) -> MediaMix:
    """Log visits on Hill of adstock, with city and week effects and the event as a control."""
    daily = panels.city_days(history)
    treated = panels.arms(history, "city_event").sort_values("unit_id")["arm"].to_numpy() > 0
    day, city = np.indices(daily.shape)
    running = (day >= _EVENT.start) & (day < _EVENT.end)
    sales = pd.DataFrame(
        {
            "date": day.ravel(),
            "city_id": city.ravel(),
            "visits": daily.ravel(),
            "event": (running & treated[city]).ravel().astype(float),
        }
    )
    return MediaMix().fit(history.media, sales, controls=["event"])


def by_flights(history: History) -> Measured:
    """Contributions of the weeks, curves fitted."""
    told = _mix(history).contributions(_FROM // 7, (_FROM + _DAYS) // 7).loc[list(_TRUE)]
    return told["share"].to_numpy(), told["se"].to_numpy()


def national(history: History) -> Floats:
    """Least squares of the shop's weekly visits on its weekly spend by channel."""
    visits = panels.city_weeks(history).groupby("week")["visits"].sum().to_numpy()
    rows = history.media.assign(week=panels.day_of(history.media["date"]) // 7)
    spend = rows.pivot_table(
        index="week", columns="channel", values="spend", aggfunc="sum", observed=True
    )
    spend = spend.loc[: len(visits) - 1, list(CHANNELS)].to_numpy()
    x = np.column_stack([np.ones(len(visits)), spend])
    slope = np.linalg.lstsq(x, visits, rcond=None)[0][1:]
    return (slope * spend.mean(axis=0) / visits.mean())[:4]


def brand_search_off(world: World) -> Measured:
    """Change of log visits where the ads were off: nothing, to the visit, in every pair."""
    night = past(world).night(_OFF.start // EVERY * EVERY)
    with_ads = Arm(Policy().without("brand_search_off"))
    dark = Arm(with_ads.policy, (Decision(days=14, media_factor={"brand_search": 0.0}),))
    found = outcomes(world, [with_ads, dark], night, 14, 20, _visits)
    return pooled(found, lambda mean: np.log(mean[1] / mean[0]))


def by_switch_off(history: History) -> Measured:
    """Difference in differences of log visits, 52 weeks before and the weeks without ads."""
    return _cities(history, "brand_search_off", 52)


def last_click(history: History) -> float:
    """Share of orders whose last click was on the shop's own name: as if lost without the ads."""
    return -float((history.orders["source"] == "brand_search").mean())


def event_lift(world: World) -> Measured:
    """Change of log visits in the event's cities over its eight weeks."""
    policy = Policy()
    treated = np.flatnonzero(arms_of_few(_EVENT, world.size.cities, world))

    def visits(blocks: dict[str, Block]) -> float:
        return float(np.isin(blocks["visits"]["city_id"], treated).sum())

    arms = [Arm(policy), Arm(policy.without("city_event"))]
    nights = past(world).within(_EVENT.start, _EVENT.end)
    found = outcomes(world, arms, nights, EVERY, 10, visits)
    return pooled(found, lambda mean: np.log(mean[0] / mean[1]))


def by_cities(history: History) -> Measured:
    """Difference in differences of log visits, 52 weeks before and the eight weeks of the event."""
    return _cities(history, "city_event", 52)


def before_after(history: History) -> float:
    """The event's cities alone: its eight weeks against the year before, growth and all."""
    weeks = panels.city_weeks(history)
    arms = panels.arms(history, "city_event")
    weeks = weeks[weeks["city_id"].isin(arms.loc[arms["arm"] > 0, "unit_id"])]
    start, length = _EVENT.start // 7, _EVENT.days // 7
    during = weeks.loc[weeks["week"].between(start, start + length - 1), "log_visits"].mean()
    before = weeks.loc[weeks["week"].between(start - 52, start - 1), "log_visits"].mean()
    return float(during - before)


def _cities(history: History, experiment: str, weeks_before: int) -> Measured:
    test = history.policy.experiment(experiment)
    if test is None:
        raise ValueError(f"the shop did not run {experiment}")
    weeks = panels.city_weeks(history)
    arms = panels.arms(history, experiment).set_index("unit_id")["arm"]
    start, end = test.start // 7, test.end // 7
    weeks = weeks[weeks["week"].between(start - weeks_before, end - 1)]
    # What the flights of other channels did is known well enough to be taken out first.
    flown = _mix(history).effect(_TRUE).stack().rename("flown").reset_index()
    weeks = weeks.merge(flown, left_on=["week", "city_id"], right_on=["week", "level_1"])
    weeks["adjusted"] = weeks["log_visits"] - weeks["flown"]
    weeks = weeks.assign(treated=weeks["city_id"].map(arms) > 0, after=weeks["week"] >= start)
    found = diff_in_diff(
        weeks, treated="treated", after="after", cluster="city_id", outcome="adjusted"
    )
    return found.effect, found.se


ESTIMANDS = (
    Estimand(
        name="media contributions",
        section="branding.media",
        unit="share of visits",
        meaning="visits lost if one channel alone were off and its carry-over gone, over weeks "
        "52-63; four channels judged together; stock has no part in it",
        tolerance=0.085,
        truth=shut_off,
        reference=by_flights,
        naive=national,
        method="log visits on Hill(adstock) with city and week effects, curves fitted",
        fallacy="regression of national weekly visits on spend",
        items=_TRUE,
    ),
    Estimand(
        name="brand search, visits",
        section="branding.activation",
        unit="log visits",
        meaning="change of visits where ads on the shop's own name are off: 0 in this world",
        tolerance=0.10,
        truth=brand_search_off,
        reference=by_switch_off,
        naive=last_click,
        method="difference in differences over cities, the media's part taken out",
        fallacy="last click: all orders that came by such an ad would be lost",
    ),
    Estimand(
        name="city event, visits",
        section="branding.activation",
        unit="log visits",
        meaning="change of visits in the cities of the event over its eight weeks",
        tolerance=0.05,
        truth=event_lift,
        reference=by_cities,
        naive=before_after,
        method="difference in differences over cities, the media's part taken out",
        fallacy="the event's cities after against the year before",
    ),
)
