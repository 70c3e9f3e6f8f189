"""What an analyst writes for one engine: DuckDB SQL, and pandas; the opponents of `portable`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

_CLASS = """
    case when recency < avg(recency) over () then 'R' else 'r' end
    || case when frequency > avg(frequency) over () then 'F' else 'f' end
    || case when monetary > avg(monetary) over () then 'M' else 'm' end as class
"""

_CLICKS = """
    with clicks as (
        select customer_id, kind, e.at as moment from '{folder}/events.parquet' as e
    )
"""

SQL = {
    "kpis": """
        with traffic as (
            select date_trunc('day', started_at) as period, count(distinct customer_id) as visitors
            from '{folder}/visits.parquet' group by 1
        ), buyers as (
            select date_trunc('day', ordered_at) as period, customer_id,
                count(*) as orders, sum(total) as revenue
            from '{folder}/orders.parquet' group by 1, 2
        ), trade as (
            select period, count(*) as buyers, count_if(orders > 1) as repeaters,
                sum(orders) as orders, sum(revenue) as revenue
            from buyers group by 1
        )
        select period, coalesce(visitors, 0) as visitors, coalesce(buyers, 0) as buyers,
            coalesce(repeaters, 0) as repeaters, coalesce(orders, 0) as orders,
            coalesce(revenue, 0) as revenue, buyers / visitors as conversion,
            revenue / buyers as spend_per_buyer, repeaters / buyers as repurchase_rate
        from traffic full join trade using (period) order by period
    """,
    "rolling_revenue": """
        with daily as (
            select date_trunc('day', ordered_at) as day, sum(total) as revenue
            from '{folder}/orders.parquet' group by 1
        )
        select day, revenue, sum(revenue) over (
                order by day range between interval 27 days preceding and current row
            ) as rolling,
            least(28, date_diff('day', min(day) over (), day) + 1) as days_covered
        from daily order by day
    """,
    "rfm": """
        with customers as (
            select customer_id, date '2025-12-31' - max(ordered_at)::date as recency,
                count(*) as frequency, round(sum(total), 2) as monetary
            from '{folder}/orders.parquet' group by 1
        )
        select customer_id, recency, frequency, monetary,
            (rank() over (order by recency desc) - 1) * 5 // count(*) over () + 1 as r,
            (rank() over (order by frequency) - 1) * 5 // count(*) over () + 1 as f,
            (rank() over (order by monetary) - 1) * 5 // count(*) over () + 1 as m,
    """
    + _CLASS
    + "from customers order by customer_id",
    "cohort_retention": """
        with active as (
            select distinct customer_id, date_trunc('month', ordered_at) as period
            from '{folder}/orders.parquet'
        ), first as (
            select customer_id, min(period) as cohort from active group by 1
        ), counts as (
            select cohort, period, count(*) as customers
            from active join first using (customer_id) group by 1, 2
        ), sizes as (select cohort, customers as size from counts where cohort = period)
        select cohort, period, date_diff('month', cohort, period) as age, size,
            coalesce(customers, 0) as customers, coalesce(customers, 0) / size as retention
        from sizes cross join (select distinct period from counts) as periods
            left join counts using (cohort, period)
        where period >= cohort order by cohort, period
    """,
    "funnel": """
        with events as (from '{folder}/events.parquet'), viewed as (
            select customer_id, min(events.at) as reached from events where kind = 'view' group by 1
        ), put as (
            select customer_id, min(events.at) as reached
            from events join viewed using (customer_id)
            where kind = 'cart' and events.at >= viewed.reached group by 1
        ), paid as (
            select customer_id, min(events.at) as reached
            from events join put using (customer_id)
            where kind = 'pay' and events.at >= put.reached group by 1
        ), counts as (
            select 1 as position, 'view' as step, count(*) as reached from viewed
            union all select 2, 'cart', count(*) from put
            union all select 3, 'pay', count(*) from paid
        )
        select position, step, reached,
            reached / coalesce(lag(reached) over (order by position), reached) as from_previous,
            reached / first(reached) over (order by position) as from_first
        from counts order by position
    """,
    "sessionize": _CLICKS
    + """
        , marked as (
            select *, moment > lag(moment) over own + interval 30 minute as late
            from clicks window own as (partition by customer_id order by moment, kind)
        ), cut as (
            select customer_id, kind, moment, 1 + sum(coalesce(late, false)::int) over (
                partition by customer_id order by moment, kind rows unbounded preceding) as session
            from marked
        )
        select customer_id, kind, moment, session::bigint as session, row_number() over (
            partition by customer_id, session order by moment, kind) as place
        from cut order by customer_id, session, place
    """,
    "paths": _CLICKS
    + """
        , marked as (
            select *, lag(kind) over own is distinct from kind as changed,
                coalesce(moment > lag(moment) over own + interval 30 minute, true) as new
            from clicks window own as (partition by customer_id order by moment, kind)
        ), steps as (
            select customer_id, kind, moment, sum(new::int) over (
                partition by customer_id order by moment, kind rows unbounded preceding) as session
            from marked where new or changed
        ), ways as (
            select list(kind order by moment, kind) as steps from steps
            group by customer_id, session
        ), told as (
            select array_to_string(steps[:4], ' > ')
                || case when len(steps) > 4 then ' > …' else '' end as path
            from ways
        )
        select path, count(*) as sessions, count(*) / sum(count(*)) over () as share
        from told group by path order by sessions desc, path limit 20
    """,
    "pair_affinity": """
        with lines as (
            select distinct order_id, product_id from '{folder}/order_lines.parquet'
        ), every as (select count(distinct order_id) as n from lines), products as (
            select product_id, count(*) as n from lines group by 1
        ), pairs as (
            select a.product_id as product_a, b.product_id as product_b, count(*) as orders
            from lines a join lines b on a.order_id = b.order_id and a.product_id < b.product_id
            group by 1, 2
        )
        select product_a, product_b, orders, orders / every.n as support,
            orders / pa.n as confidence_ab, orders / pb.n as confidence_ba,
            orders / pa.n * every.n / pb.n as lift
        from pairs cross join every
            join products pa on pa.product_id = product_a
            join products pb on pb.product_id = product_b
        order by orders desc, product_a, product_b
    """,
}


def _read(folder: Path, name: str, *columns: str) -> Any:
    import pandas as pd

    return pd.read_parquet(folder / f"{name}.parquet", columns=list(columns))


def _kpis(folder: Path) -> Any:
    visits = _read(folder, "visits", "customer_id", "started_at")
    orders = _read(folder, "orders", "customer_id", "ordered_at", "total")
    visitors = visits.groupby(visits["started_at"].dt.floor("D"))["customer_id"].nunique()
    by_buyer = orders.groupby([orders["ordered_at"].dt.floor("D"), "customer_id"])["total"]
    buyers = by_buyer.agg(["size", "sum"]).reset_index("customer_id")
    buyers["repeats"] = buyers["size"] > 1
    days = buyers.groupby(level=0).agg(
        buyers=("size", "size"),
        repeaters=("repeats", "sum"),
        orders=("size", "sum"),
        revenue=("sum", "sum"),
    )
    days = visitors.rename("visitors").to_frame().join(days, how="outer").fillna(0)
    days["conversion"] = days["buyers"] / days["visitors"]
    days["spend_per_buyer"] = days["revenue"] / days["buyers"]
    days["repurchase_rate"] = days["repeaters"] / days["buyers"]
    return days.reset_index()


def _rolling_revenue(folder: Path) -> Any:
    orders = _read(folder, "orders", "ordered_at", "total")
    revenue = orders.groupby(orders["ordered_at"].dt.floor("D"))["total"].sum()
    rolling = revenue.rolling("28D").sum()
    days = revenue.to_frame("revenue").assign(rolling=rolling).reset_index()
    covered = (days.iloc[:, 0] - days.iloc[0, 0]).dt.days + 1
    return days.assign(days_covered=covered.clip(upper=28))


def _rfm(folder: Path) -> Any:
    import numpy as np
    import pandas as pd

    orders = _read(folder, "orders", "customer_id", "ordered_at", "total")
    table = orders.groupby("customer_id").agg(
        last=("ordered_at", "max"), frequency=("total", "size"), monetary=("total", "sum")
    )
    table["monetary"] = table["monetary"].round(2)
    recency = (pd.Timestamp("2025-12-31") - table.pop("last").dt.floor("D")).dt.days
    table.insert(0, "recency", recency)
    for score, value in (
        ("r", -table["recency"]),
        ("f", table["frequency"]),
        ("m", table["monetary"]),
    ):
        table[score] = (value.rank(method="min").astype(int) - 1) * 5 // len(table) + 1
    table["class"] = (
        pd.Series(np.where(table["recency"] < table["recency"].mean(), "R", "r"), index=table.index)
        + np.where(table["frequency"] > table["frequency"].mean(), "F", "f")
        + np.where(table["monetary"] > table["monetary"].mean(), "M", "m")
    )
    return table.reset_index()


def _cohort_retention(folder: Path) -> Any:
    orders = _read(folder, "orders", "customer_id", "ordered_at")
    orders["period"] = orders["ordered_at"].dt.to_period("M")
    active = orders[["customer_id", "period"]].drop_duplicates()
    active["cohort"] = active.groupby("customer_id")["period"].transform("min")
    counts = active.groupby(["cohort", "period"]).size().unstack(fill_value=0)
    table = counts.stack().rename("customers").reset_index()
    table = table[table["period"] >= table["cohort"]]
    sizes = table[table["period"] == table["cohort"]].set_index("cohort")["customers"]
    age = [(p - c).n for p, c in zip(table["period"], table["cohort"], strict=True)]
    size = table["cohort"].map(sizes).astype(int)
    table[["cohort", "period"]] = table[["cohort", "period"]].apply(lambda p: p.dt.to_timestamp())
    return table[["cohort", "period"]].assign(
        age=age, size=size, customers=table["customers"], retention=table["customers"] / size
    )


def _funnel(folder: Path) -> Any:
    import pandas as pd

    events = _read(folder, "events", "customer_id", "kind", "at")
    reached, last = [], None
    for step in ("view", "cart", "pay"):
        here = events.loc[events["kind"] == step, ["customer_id", "at"]]
        if last is not None:
            here = here.merge(last, on="customer_id")
            here = here[here["at"] >= here["reached"]]
        last = here.groupby("customer_id")["at"].min().rename("reached").reset_index()
        reached.append(len(last))
    counts = pd.Series(reached)
    before = counts.shift(fill_value=reached[0])
    return pd.DataFrame(
        {
            "position": [1, 2, 3],
            "step": ["view", "cart", "pay"],
            "reached": counts,
            "from_previous": counts / before,
            "from_first": counts / reached[0],
        }
    )


def _sessionize(folder: Path) -> Any:
    import pandas as pd

    events = _read(folder, "events", "customer_id", "kind", "at")
    events = events.sort_values(["customer_id", "at", "kind"])
    pause = events.groupby("customer_id")["at"].diff()
    events["session"] = (pause > pd.Timedelta(minutes=30)).groupby(
        events["customer_id"]
    ).cumsum() + 1
    events["place"] = events.groupby(["customer_id", "session"]).cumcount() + 1
    return events


def _paths(folder: Path) -> Any:
    import pandas as pd

    events = _sessionize(folder)
    session = ["customer_id", "session"]
    before = events.groupby(session)["kind"].shift()
    steps = events[before.isna() | (before != events["kind"])].groupby(session)["kind"].agg(list)
    ways = steps.map(lambda s: " > ".join(s[:4]) + (" > …" if len(s) > 4 else ""))
    counts = ways.rename("path").to_frame().groupby("path").size().rename("sessions").reset_index()
    counts["share"] = counts["sessions"] / counts["sessions"].sum()
    ranked = counts.sort_values(["sessions", "path"], ascending=[False, True])
    return pd.DataFrame(ranked.head(20))


def _pair_affinity(folder: Path) -> Any:
    lines = _read(folder, "order_lines", "order_id", "product_id").drop_duplicates()
    total = lines["order_id"].nunique()
    products = lines["product_id"].value_counts()
    both = lines.merge(lines, on="order_id", suffixes=("_a", "_b"))
    both = both[both["product_id_a"] < both["product_id_b"]]
    pairs = both.groupby(["product_id_a", "product_id_b"]).size().rename("orders").reset_index()
    with_a, with_b = pairs["product_id_a"].map(products), pairs["product_id_b"].map(products)
    pairs["support"] = pairs["orders"] / total
    pairs["confidence_ab"] = pairs["orders"] / with_a
    pairs["confidence_ba"] = pairs["orders"] / with_b
    pairs["lift"] = pairs["confidence_ab"] * total / with_b
    by = ["orders", "product_id_a", "product_id_b"]
    return pairs.sort_values(by, ascending=[False, True, True])


PANDAS: dict[str, Callable[[Path], Any]] = {
    "kpis": _kpis,
    "rolling_revenue": _rolling_revenue,
    "rfm": _rfm,
    "cohort_retention": _cohort_retention,
    "funnel": _funnel,
    "sessionize": _sessionize,
    "paths": _paths,
    "pair_affinity": _pair_affinity,
}
