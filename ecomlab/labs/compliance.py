"""The lab of section 1.4: one plan, and the rules that apply to it as its numbers and the day move.

The plan sells to China, the EU and the US, ships its parcels from China, pays no customs duty,
never asks for strong authentication, and raises its price before a discount.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ecomlab.arguments import amount, day
from ecomlab.labs.face import face, html_table, slider, stops, whole
from ecomlab.market.compliance import Profile, Promotion, audit, changes, rules
from ecomlab.market.compliance.promotion import discount
from ecomlab.market.compliance.words import word
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

USUAL, RAISED = 100.0, 160.0
FIRST, LAST = date(2019, 1, 1), date(2027, 1, 1)
STATUS_COLOURS = {"breach": COLOURS[1], "duty": COLOURS[4], "met": COLOURS[2]}
ASLEEP = "#D9D9D9"
PLACE_COLOURS = {
    "CN": COLOURS[1],
    "EU": COLOURS[0],
    "US": COLOURS[2],
    "US-CA": COLOURS[2],
    "US-SD": COLOURS[2],
    "world": COLOURS[3],
}
# The rules that the lab's controls can move.
MOVED = (
    "eu-vat-22", "eu-vat-import", "eu-ioss", "eu-customs-relief", "eu-customs-tariff",
    "eu-customs-duty-3", "us-de-minimis", "us-de-minimis-cn", "us-de-minimis-end",
    "eu-sca", "cn-discount-base", "cn-price-raise", "eu-prior-price",
)  # fmt: skip


class Scenario(NamedTuple):
    """The lab's settings: the day, a parcel's value, a payment, a claimed discount, days raised."""

    on: date = date(2026, 7, 1)
    parcel: float = 150.0
    payment: float = 30.0
    claimed: float = 0.5
    raised_days: int = 5


def plan(setting: Scenario) -> Profile:
    """The plan of a scenario.

    Parameters
    ----------
    setting
        ``parcel``: EUR to the EU and USD to the US, above 0; ``payment``: EUR, above 0;
        ``claimed``: a fraction above 0 and below 1, off the price of the day before;
        ``raised_days``: for how many days before `on` the price was 160 instead of 100.

    Examples
    --------
    >>> plan(Scenario()).promotion.price
    80.0
    """
    on = day(setting.on, "on")
    parcel = amount(setting.parcel, "parcel", above=0)
    raised = int(amount(setting.raised_days, "raised_days", least=0))
    history = {
        on - timedelta(days=back): RAISED if back <= raised else USUAL for back in range(1, 41)
    }
    before = history[on - timedelta(days=1)]
    price = round(before * (1 - discount(setting.claimed, "claimed")), 2)
    return Profile(
        sales={"CN": 5_000_000, "EU": 200_000, "US": 200_000},
        parcels={"EU": parcel, "US": parcel},
        pays_duty=False,
        payments=(setting.payment,),
        authenticates_above=amount(setting.payment, "payment", above=0),
        promotion=Promotion(on, price, setting.claimed, history),
    )


def findings(setting: Scenario) -> pd.DataFrame:
    """What `audit` says to the scenario's plan, among the rules that its controls can move.

    Examples
    --------
    >>> found = findings(Scenario(on=date(2026, 6, 30)))
    >>> found.loc[found["status"] == "breach", "rule"].tolist()
    ['cn-discount-base', 'eu-prior-price', 'cn-price-raise', 'us-de-minimis-end']
    """
    found = audit(plan(setting), on=setting.on)
    return found[found["rule"].isin(MOVED)].reset_index(drop=True)


def eventful_days() -> list[date]:
    """The days on which a moved rule starts or ends, and the days before, in order.

    Examples
    --------
    >>> date(2026, 6, 30) in eventful_days(), date(2026, 7, 1) in eventful_days()
    (True, True)
    """
    table = changes(FIRST, until=LAST)
    first_days = {when.date() for when in table.loc[table["rule"].isin(MOVED), "date"]}
    return sorted({*first_days, *(when - timedelta(days=1) for when in first_days), LAST})


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> finding(Scenario())
    'On 2026-07-01 the plan breaks 5 of the 8 rules that apply to it'
    """
    found = findings(setting)
    broken, applying = int((found["status"] == "breach").sum()), len(found)
    return say(
        en=f"On {setting.on} the plan breaks {broken} of the {applying} rules that apply to it",
        zh=f"{setting.on}：适用的 {applying} 条规则中，方案违反 {broken} 条",
    )


def _bars(ax: Axes, table: pd.DataFrame, colours: list[str]) -> None:
    """One bar a rule, from its first to its last day, cut at the edges of the chart."""
    import matplotlib.dates as mdates

    left, right = ax.get_xlim()
    start = [max(mdates.date2num(when), left) for when in table["in_force"]]
    until = table["until"]
    end = [mdates.date2num(w) + 1 if w == w else right for w in until]
    rows = range(len(table))
    ax.barh(rows, [e - s for s, e in zip(start, end, strict=True)], left=start, color=colours)
    ax.set_yticks(rows, table["name"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(say(en="year", zh="年份"))


def _timeline(picture: Figure, first: date, last: date) -> Axes:
    """Empty axes over time."""
    import matplotlib.dates as mdates

    ax = picture.add_subplot()
    ax.set_xlim(mdates.date2num(first), mdates.date2num(last))
    ax.xaxis.set_major_locator(mdates.YearLocator(2))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    return ax


def figure(setting: Scenario | None = None) -> Figure:
    """The moved rules over time, coloured by what they say to the plan on the day.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'year'
    """
    import matplotlib.dates as mdates
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    setting = setting or Scenario()
    table = rules().loc[list(MOVED)]
    status = findings(setting).set_index("rule")["status"]
    colours = [STATUS_COLOURS.get(status.get(name, ""), ASLEEP) for name in table.index]
    picture = Figure(figsize=(8.6, 4.6), layout="constrained")
    ax = _timeline(picture, FIRST, date(2028, 12, 31))
    _bars(ax, table, colours)
    ax.axvline(mdates.date2num(setting.on), color=COLOURS[6], linewidth=1.5)
    ax.set_title(finding(setting), x=0)
    legend = [Patch(color=c, label=word("status", s)) for s, c in STATUS_COLOURS.items()]
    legend.append(Patch(color=ASLEEP, label=say(en="does not apply", zh="不适用")))
    picture.legend(handles=legend, loc="outside lower center", ncols=4)
    return picture


def static() -> Figure:
    """The lab on paper: all rules by jurisdiction over time, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.dates as mdates
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    table = rules().sort_values(["jurisdiction", "in_force"])
    picture = plt.figure(figsize=(9.2, 10.4), layout="constrained")
    ax = _timeline(picture, date(2013, 1, 1), date(2028, 12, 31))
    _bars(ax, table, [PLACE_COLOURS[place] for place in table["jurisdiction"]])
    ax.tick_params(axis="y", labelsize=8)
    ax.axvline(mdates.date2num(date(2024, 1, 1)), color=COLOURS[6], linewidth=1, linestyle=":")
    recent = int((table["in_force"] >= "2024-01-01").sum())
    ax.set_title(
        say(
            en=f"{recent} of the {len(table)} rules began in 2024 or later (dotted line)",
            zh=f"{len(table)} 条规则中有 {recent} 条在 2024 年及以后生效（虚线右侧）",
        ),
        x=0,
    )
    shown = {place: PLACE_COLOURS[place] for place in ("CN", "EU", "US", "world")}
    handles = [Patch(color=c, label=word("jurisdiction", p)) for p, c in shown.items()]
    picture.legend(handles=handles, loc="outside lower center", ncols=4)
    return picture


def readout(setting: Scenario) -> str:
    """The findings as a small HTML table, in the order of fixing."""
    found = findings(setting)
    heads = (
        say(en="rule", zh="规则"),
        say(en="verdict", zh="结论"),
        say(en="why", zh="原因"),
        say(en="what to do", zh="怎么办"),
    )
    rows = [
        (row["name"], word("status", row["status"]), row["why"], row["to_do"])
        for _, row in found.iterrows()
    ]
    colour = {place: STATUS_COLOURS[status] for place, status in enumerate(found["status"])}
    return html_table(heads, rows, colour=colour)


def lab() -> ipywidgets.VBox:
    """The lab's face: the day and four numbers, a timeline and a table that follow them."""
    usual = Scenario()
    days = [(f"{when}", when) for when in eventful_days()]
    parcel, payment, claimed, raised = (
        say(en="parcel (EUR, USD)", zh="包裹货值（欧元、美元）"),
        say(en="payment (EUR)", zh="单笔支付（欧元）"),
        say(en="discount claimed", zh="宣称的折扣幅度"),
        say(en="days raised before", zh="打折前涨价天数"),
    )
    controls = {
        "on": stops(say(en="day", zh="日期"), usual.on, days),
        "parcel": slider(parcel, usual.parcel, 1, 900, 0.5, ".1f"),
        "payment": slider(payment, usual.payment, 1, 60, 0.5, ".1f"),
        "claimed": slider(claimed, usual.claimed, 0.05, 0.8, 0.05, ".0%"),
        "raised_days": whole(raised, usual.raised_days, 0, 10),
    }
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
