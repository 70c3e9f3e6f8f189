"""What students answer in 5.2: wrong answers, each with its misconception, and other right ones."""

_LEADS = """
lead = suppliers.lead_times(orders, as_of=last).loc[goods["supplier_id"]].set_index(goods.index)
"""
_DEMAND = """
demand = inventory.censored_demand(days, units="sold", stock="morning")["rate"]
"""

WRONG = {
    "spread": {
        "forgets that trucks are late": """
def spread(mean, sd, lead_time, lead_time_sd):
    return sd * lead_time**0.5
""",
        "multiplies the daily spread by the days": """
def spread(mean, sd, lead_time, lead_time_sd):
    return ((lead_time * sd) ** 2 + (mean * lead_time_sd) ** 2) ** 0.5
""",
        "adds standard deviations": """
def spread(mean, sd, lead_time, lead_time_sd):
    return sd * lead_time**0.5 + mean * lead_time_sd
""",
        "takes the spread of the truck for units": """
def spread(mean, sd, lead_time, lead_time_sd):
    return (lead_time * sd**2 + lead_time_sd**2) ** 0.5
""",
        "gives the variance": """
def spread(mean, sd, lead_time, lead_time_sd):
    return lead_time * sd**2 + (mean * lead_time_sd) ** 2
""",
    },
    "demand": {
        "takes sales for demand": """
def demand_a_day(days):
    return days.groupby("product_id")["sold"].mean()
""",
        "leaves out every day that sold out, and keeps the quiet ones": """
def demand_a_day(days):
    return days[days["closing"] > 0].groupby("product_id")["sold"].mean()
""",
        "counts only days on which something sold": """
def demand_a_day(days):
    return days[days["sold"] > 0].groupby("product_id")["sold"].mean()
""",
    },
    "corrected": {
        "writes down what was found in the morning": """
def corrected(book_now, book_then, found):
    return found
""",
        "subtracts the difference the wrong way round": """
def corrected(book_now, book_then, found):
    return book_now + (book_then - found)
""",
        "takes every difference for a loss": """
def corrected(book_now, book_then, found):
    return book_now - abs(book_then - found)
""",
    },
    "a-goods": {
        "takes a fifth of the goods": """
def a_goods(value):
    ranked = value.sort_values(ascending=False)
    return list(ranked.index[: max(1, round(0.2 * len(ranked)))])
""",
        "leaves out the good that crosses the line": """
def a_goods(value):
    ranked = value.sort_values(ascending=False)
    return list(ranked.index[ranked.cumsum() <= 0.8 * ranked.sum()])
""",
        "adds them up in the order of the table": """
def a_goods(value):
    before = value.cumsum() - value
    return list(value.index[before < 0.8 * value.sum()])
""",
        "takes all that bring more than the mean": """
def a_goods(value):
    return list(value.index[value > value.mean()])
""",
    },
    "to-order": {
        "looks at the shelf alone": """
def to_order(stock, policy):
    low = stock["on_hand"] <= policy["reorder_point"]
    return policy.loc[low, "order_quantity"].to_dict()
""",
        "waits until the position is below the point": """
def to_order(stock, policy):
    low = stock["on_hand"] + stock["on_order"] < policy["reorder_point"]
    return policy.loc[low, "order_quantity"].to_dict()
""",
        "lists every good": """
def to_order(stock, policy):
    low = stock["on_hand"] + stock["on_order"] <= policy["reorder_point"]
    return (policy["order_quantity"] * low).to_dict()
""",
        "fills up to the point only": """
def to_order(stock, policy):
    gap = policy["reorder_point"] - stock["on_hand"] - stock["on_order"]
    return {good: units + 1 for good, units in gap.items() if units >= 0}
""",
    },
    "points": {
        "takes z of the cycle service level for the fill rate": _LEADS
        + _DEMAND
        + """
spread = np.sqrt(lead["mean"] * demand + (demand * lead["sd"]) ** 2)
reorder_points = np.ceil(demand * lead["mean"] + 1.645 * spread)
""",
        "leaves out that lead times vary": _LEADS
        + _DEMAND
        + """
reorder_points = inventory.reorder_point(
    demand, demand**0.5, lead["mean"], fill_rate=0.95, quantity=goods["quantity"]
)
""",
        "takes sales for demand": _LEADS
        + """
by_good = days.groupby("product_id")["sold"]
reorder_points = inventory.reorder_point(
    by_good.mean(), by_good.std(), lead["mean"], lead["sd"], fill_rate=0.95, quantity=goods["quantity"]
)
""",
        "believes the promised lead times": _DEMAND
        + """
lead = suppliers.lead_times(orders, as_of=last)["sd"][goods["supplier_id"]].to_numpy()
quoted = shop.suppliers.set_index("supplier_id")["quoted"][goods["supplier_id"]].to_numpy()
reorder_points = inventory.reorder_point(
    demand, demand**0.5, quoted, lead, fill_rate=0.95, quantity=goods["quantity"]
)
""",
        "covers the expected demand, without safety stock": _LEADS
        + _DEMAND
        + """
reorder_points = np.ceil(demand * lead["mean"])
""",
        "doubles everything, to be sure": _LEADS
        + _DEMAND
        + """
reorder_points = np.ceil(2 * demand * lead["mean"])
""",
    },
}

RIGHT = {
    "spread": {
        "with NumPy": """
def spread(mean, sd, lead_time, lead_time_sd):
    return np.hypot(np.sqrt(lead_time) * sd, mean * lead_time_sd)
""",
        "rounded": """
def spread(mean, sd, lead_time, lead_time_sd):
    return round((lead_time * sd**2 + (mean * lead_time_sd) ** 2) ** 0.5, 4)
""",
    },
    "demand": {
        "from the days that began with stock": """
def demand_a_day(days):
    stocked = days[days["morning"] > 0]
    return stocked.groupby("product_id")["sold"].sum() / stocked.groupby("product_id").size()
""",
        "as a dictionary": """
def demand_a_day(days):
    rates = inventory.censored_demand(days, units="sold", stock="morning")["rate"]
    return {int(good): float(rate) for good, rate in rates.items()}
""",
        "from the days that began with a good deal of stock": """
def demand_a_day(days):
    return days[days["morning"] >= 3].groupby("product_id")["sold"].mean()
""",
    },
    "corrected": {
        "through what was sold since": """
def corrected(book_now, book_then, found):
    moved = book_then - book_now
    return found - moved
""",
        "as a NumPy number": """
def corrected(book_now, book_then, found):
    return np.float64(book_now - book_then + found)
""",
    },
    "a-goods": {
        "by hand": """
def a_goods(value):
    ranked = value.sort_values(ascending=False)
    before = ranked.cumsum().shift(fill_value=0)
    return ranked.index[before < 0.8 * ranked.sum() * (1 - 1e-12)].tolist()
""",
        "in a loop, as a Series": """
def a_goods(value):
    taken, total = [], 0.0
    for good, worth in value.sort_values(ascending=False).items():
        if total >= 0.8 * value.sum() - 1e-9:
            break
        taken.append(good)
        total += worth
    return pd.Series(taken)
""",
    },
    "to-order": {
        "with a mask": """
def to_order(stock, policy):
    low = stock["on_hand"] + stock["on_order"] <= policy["reorder_point"]
    return policy.loc[low, "order_quantity"].to_dict()
""",
        "in a loop, as a Series": """
def to_order(stock, policy):
    found = {}
    for good in stock.index:
        if stock.loc[good].sum() <= policy.loc[good, "reorder_point"]:
            found[good] = policy.loc[good, "order_quantity"]
    return pd.Series(found, dtype=float)
""",
    },
    "points": {
        "normal, as a dictionary of whole units": _LEADS
        + _DEMAND
        + """
found = inventory.reorder_point(
    demand, demand**0.5 * 1.1, lead["mean"], lead["sd"], fill_rate=0.95, quantity=goods["quantity"]
)
reorder_points = {int(good): int(np.ceil(units)) for good, units in found.items()}
""",
        "gamma, from days that began with stock": _LEADS
        + """
stocked = days[days["morning"] >= 3].groupby("product_id")["sold"]
reorder_points = inventory.reorder_point(
    stocked.mean(), stocked.std(), lead["mean"], lead["sd"],
    fill_rate=0.95, quantity=goods["quantity"], kind="gamma",
).to_list()
""",
    },
}
