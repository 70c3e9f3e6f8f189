"""A partner's report: what it counts, and how its offices write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.catalogue import CATEGORIES
from ecomlab.shop.raw.places import Shop, bits, table, upto

if TYPE_CHECKING:
    import pandas as pd

#: The columns of the clean report, and the partner's heads for them.
HEADS = {
    "report_id": "报表号",
    "reported_at": "上报时间",
    "zone": "时区",
    "category": "类目",
    "visits": "访问数",
    "units": "支付件数",
    "revenue": "支付金额",
}
#: The zones of the partner's offices; half of the desks are in Shanghai.
OFFICES = ("Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Asia/Urumqi", "Asia/Tokyo",
           "Europe/Berlin", "America/Los_Angeles")  # fmt: skip
SHOP_ZONE = "Asia/Shanghai"
_FIRST_NUMBER = 100_001
#: Desks report between 22:00 and 23:45 shop time.
_FROM, _DURING = 22 * 3_600, 105 * 60


def report(shop: Shop, inside: NDArray[np.bool_], seed: int) -> pd.DataFrame:
    """Visits, units and revenue by day and category, in the order of reporting.

    Parameters
    ----------
    shop
        The shop.
    inside
        Which of its visits are counted.
    seed
        Places the desks in their offices.

    Returns
    -------
    pandas.DataFrame
        ``report_id``, ``reported_at`` (UTC), ``zone`` (the desk's), ``category`` (Chinese),
        ``visits``, ``units``, ``revenue`` (CNY). Every desk reports every day.
    """
    import pandas as pd

    visits = table(shop, "visits")[["visit_id", "started_at", "category"]][inside]
    visits = visits.assign(date=visits["started_at"].dt.normalize())
    goods = table(shop, "products")[["product_id", "category"]]
    lines = table(shop, "order_lines")[["order_id", "product_id", "units", "amount"]]
    sold = lines.merge(visits[["visit_id", "date"]], left_on="order_id", right_on="visit_id")
    sold = sold.merge(goods, on="product_id")
    days = pd.date_range(visits["date"].min(), visits["date"].max(), unit="s")
    names = sorted(table(shop, "products")["category"].astype(str).unique())
    desks = pd.MultiIndex.from_product([days, names], names=["date", "category"])

    def by_desk(rows: pd.DataFrame) -> pd.api.typing.DataFrameGroupBy:
        return rows.groupby(["date", rows["category"].astype(str)])

    counts = pd.DataFrame(
        {
            "visits": by_desk(visits)["visit_id"].size().reindex(desks, fill_value=0),
            "units": by_desk(sold)["units"].sum().reindex(desks, fill_value=0),
            "revenue": by_desk(sold)["amount"].sum().reindex(desks, fill_value=0.0).round(2),
        }
    ).reset_index()
    return _signed(counts, names, seed)


def _signed(counts: pd.DataFrame, names: list[str], seed: int) -> pd.DataFrame:
    """Give each row its desk's zone, its moment and its number."""
    import pandas as pd

    place = pd.Index(names).get_indexer(counts["category"])
    day = counts["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    after = _FROM + upto(bits(seed, "partner.moment", day * 100 + place), _DURING)
    local = counts["date"] + pd.to_timedelta(after, unit="s")
    office = upto(bits(seed, "partner.office", np.arange(len(names))), len(OFFICES))
    chinese = {name: zh for name, zh, *_ in CATEGORIES}
    rows = counts.assign(
        reported_at=local.dt.tz_localize(SHOP_ZONE).dt.tz_convert("UTC").dt.as_unit("s"),
        zone=pd.Categorical(np.array(OFFICES)[office][place]),
        category=pd.Categorical(counts["category"].map(chinese)),
    )
    rows = rows.sort_values(["reported_at", "category"], ignore_index=True)
    rows.insert(0, "report_id", np.arange(_FIRST_NUMBER, _FIRST_NUMBER + len(rows)))
    return rows[list(HEADS)]


def cells(rows: pd.DataFrame) -> dict[str, list[str]]:
    """The report's cells as the partner writes them: local times, decimal commas."""
    money = (rows["revenue"] * 100).round().astype(np.int64)
    return {
        "report_id": rows["report_id"].astype(str).tolist(),
        "reported_at": [
            moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
            for moment, zone in zip(
                rows["reported_at"].dt.to_pydatetime(), rows["zone"], strict=True
            )
        ],
        "zone": rows["zone"].astype(str).tolist(),
        "category": rows["category"].astype(str).tolist(),
        "visits": rows["visits"].astype(str).tolist(),
        "units": rows["units"].astype(str).tolist(),
        "revenue": [f"{fen // 100},{fen % 100:02d}" for fen in money],
    }
