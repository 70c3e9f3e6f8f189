"""What students answer in 5.1: wrong answers, each with its misconception, and other right ones."""

_SEASON = "demand=60, days=40, margin=70, on_hand=240, leftover=15"
_SEARCH = f"""
ways = [(a, b, 2400 - a - b) for a in range(0, 2401, 120) for b in range(0, 2401 - a, 120)]
tried = suppliers.season_cost(ways, table, {_SEASON})
split = dict(zip([0, 8, 5], ways[int(tried["cost"].argmin())]))
"""

WRONG = {
    "on-time": {
        "counts the orders that have arrived only": """
def on_time(orders, today):
    closed = orders.dropna(subset="received_on")
    return (closed["received_on"] <= closed["promised_on"]).mean()
""",
        "takes every open order for a late one": """
def on_time(orders, today):
    return (orders["received_on"] <= orders["promised_on"]).mean()
""",
        "gives the share that is late": """
def on_time(orders, today):
    counts = orders["received_on"].notna() | (orders["promised_on"] < today)
    return 1 - (orders["received_on"] <= orders["promised_on"])[counts].mean()
""",
        "takes the day promised for late": """
def on_time(orders, today):
    counts = orders["received_on"].notna() | (orders["promised_on"] < today)
    return (orders["received_on"] < orders["promised_on"])[counts].mean()
""",
    },
    "mean-lead": {
        "leaves out the open orders": """
def mean_lead(orders, today):
    return (orders["received_on"] - orders["ordered_on"]).dt.days.mean()
""",
        "lets open orders arrive today": """
def mean_lead(orders, today):
    return (orders["received_on"].fillna(today) - orders["ordered_on"]).dt.days.mean()
""",
        "lets open orders take as long as the slowest": """
def mean_lead(orders, today):
    took = (orders["received_on"] - orders["ordered_on"]).dt.days
    return took.fillna(took.max()).mean()
""",
        "takes the slowest order": """
def mean_lead(orders, today):
    return (orders["received_on"] - orders["ordered_on"]).dt.days.max()
""",
    },
    "weights": {
        "turns the judgements round": """
judged = np.array([[1, 2, 1 / 4], [1 / 2, 1, 1 / 9], [4, 9, 1]])
weights = dict(zip(["price", "quality", "capacity"], suppliers.ahp(judged).weights))
""",
        "gives points by rank": """
weights = {"quality": 3 / 6, "price": 2 / 6, "capacity": 1 / 6}
""",
        "weighs all alike": """
weights = {"quality": 1 / 3, "price": 1 / 3, "capacity": 1 / 3}
""",
        "adds the judgements up": """
weights = {"quality": (2 + 9) / 15, "price": 4 / 15, "capacity": 0.0}
""",
    },
    "unit-cost": {
        "takes the price for the cost": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    return price
""",
        "adds the faulty share to the price instead of dividing": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    return price * (1 + defects) + defects * handling - price * interest * payment_days / 365
""",
        "pays interest instead of saving it": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    return (price * (1 + interest * payment_days / 365) + defects * handling) / (1 - defects)
""",
        "handles every unit": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    return (price * (1 - interest * payment_days / 365) + handling) / (1 - defects)
""",
        "forgets the handling": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    return price * (1 - interest * payment_days / 365) / (1 - defects)
""",
    },
    "buy-back": {
        "refunds in full": """
def fair_buy_back(price, cost, wholesale):
    return wholesale
""",
        "pays what the unit cost to make": """
def fair_buy_back(price, cost, wholesale):
    return cost
""",
        "pays the shop's margin back": """
def fair_buy_back(price, cost, wholesale):
    return price - wholesale
""",
        "takes nothing back": """
def fair_buy_back(price, cost, wholesale):
    return 0.0
""",
    },
    "split": {
        "gives all to the lowest price": """
split = {0: 2400}
""",
        "gives all to the best score": """
scores = suppliers.topsis(
    offers.join(card[["defects", "lead_time", "fill"]]), [0.4, 0.2, 0.3, 0.1],
    benefit=[False, False, False, True],
)
split = {int(scores["closeness"].idxmax()): 2400}
""",
        "believes the promised lead times": """
table = offers.join(card[["fill"]])
table["lead_time"] = shop.suppliers.set_index("supplier_id")["quoted"]
table["lead_time_sd"] = 1.0
"""
        + _SEARCH,
        "splits by cost alone": """
split = suppliers.split_orders(2400, offers, max_share=0.8).units
""",
        "gives each a third": """
split = {0: 800, 8: 800, 5: 800}
""",
    },
}

RIGHT = {
    "on-time": {
        "with the scorecard": """
def on_time(orders, today):
    late = orders["received_on"].isna() & (orders["promised_on"] < today)
    good = orders["received_on"] <= orders["promised_on"]
    bad = orders["received_on"] > orders["promised_on"]
    return good.sum() / (good.sum() + bad.sum() + late.sum())
""",
        "in a loop": """
def on_time(orders, today):
    hits = of = 0
    for promised, received in zip(orders["promised_on"], orders["received_on"]):
        if pd.isna(received) and promised >= today:
            continue
        of += 1
        hits += int(not pd.isna(received) and received <= promised)
    return hits / of
""",
    },
    "mean-lead": {
        "by the product limit, by hand": """
def mean_lead(orders, today):
    closed = orders["received_on"].notna().to_numpy()
    age = (orders["received_on"].fillna(today) - orders["ordered_on"]).dt.days.to_numpy(dtype=float)
    times, weights = suppliers.product_limit(age, closed)
    return float(times @ weights)
""",
        "by a gamma likelihood": """
def mean_lead(orders, today):
    from scipy.optimize import minimize
    from scipy.special import gammaincc, gammaln

    closed = orders["received_on"].notna().to_numpy()
    age = (orders["received_on"].fillna(today) - orders["ordered_on"]).dt.days.to_numpy(dtype=float)

    def lack(p):
        shape, scale = np.exp(p)
        x = np.maximum(age[closed], 0.5) / scale
        told = ((shape - 1) * np.log(x) - x - gammaln(shape) - np.log(scale)).sum()
        return -told - np.log(gammaincc(shape, (age[~closed] + 0.5) / scale)).sum()

    if closed.all():
        return age.mean()
    best = minimize(lack, [1.5, 0.8], method="Nelder-Mead").x
    return float(np.exp(best).prod())
""",
    },
    "weights": {
        "by geometric means, rounded": """
weights = {"quality": 0.61, "price": 0.32, "capacity": 0.07}
""",
        "as a Series from columns that add up to 1": """
judged = pd.DataFrame(
    [[1, 0.5, 4], [2, 1, 9], [0.25, 1 / 9, 1]], index=["Price", "Quality", "Capacity"]
)
weights = (judged / judged.sum()).mean(axis=1)
""",
    },
    "unit-cost": {
        "step by step": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    bought, sellable = 1000.0, 1000.0 * (1 - defects)
    paid = bought * price - bought * price * interest * payment_days / 365
    return (paid + bought * defects * handling) / sellable
""",
        "as a NumPy number, rounded": """
def cost_per_unit(price, defects, handling, payment_days, interest):
    credit = price * interest * np.float64(payment_days) / 365
    return np.round((price - credit + defects * handling) / (1 - defects), 4)
""",
    },
    "buy-back": {
        "through the ratio": """
def fair_buy_back(price, cost, wholesale):
    return price * (wholesale - cost) / (price - cost)
""",
        "rounded to a fen": """
def fair_buy_back(price, cost, wholesale):
    return round(price - price * (price - wholesale) / (price - cost), 2)
""",
    },
    "split": {
        "from the last quarter's orders, as a Series": """
recent = orders[orders["ordered_on"] > today - pd.Timedelta(days=180)]
seen = suppliers.supplier_scorecard(recent, as_of=today).loc[offers.index]
table = seen[["lead_time", "lead_time_sd", "fill", "defects"]].assign(unit_cost=offers["unit_cost"])
"""
        + _SEARCH
        + """
split = pd.Series(split)
""",
        "without counting what is faulty": """
table = offers[["unit_cost"]].join(suppliers.lead_times(orders, as_of=today).rename(
    columns={"mean": "lead_time", "sd": "lead_time_sd"})[["lead_time", "lead_time_sd"]])
"""
        + _SEARCH,
    },
}
