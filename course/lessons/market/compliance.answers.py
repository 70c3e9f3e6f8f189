"""What students answer in 1.4: wrong answers, each with its misconception, and other right ones."""

_PLAN = """
plan = compliance.Profile(
    sales={"CN": 6_000_000, "EU": 150_000},
    parcels={"EU": 150},
    ioss=True,
    pays_duty=False,
    promotion=compliance.Promotion("2026-06-29", price=89, claimed=0.5, history=lantern_prices),
    payments=[30],
    authenticates_above=30,
    return_days={"CN": 7, "EU": 10},
    people_exported=100_000,
    live_host_age=16,
)


def breaches(day):
    found = compliance.audit(plan, on=day)
    return found.loc[found["status"] == "breach", "rule"]

"""

WRONG = {
    "incidents": {
        "takes two prices for two kinds of results": """
broken = ["cn-plain-results", "cn-fake-orders", "cn-ip-notice", "cn-data-export-contract", "eu-sca"]
""",
        "reads 'a million or more' into a hundred thousand": """
broken = [
    "cn-personal-prices", "cn-fake-orders", "cn-ip-notice", "cn-data-export-assessment", "eu-sca",
]
""",
        "takes invented orders for paid praise": """
broken = [
    "cn-personal-prices", "cn-fake-reviews", "cn-ip-notice", "cn-data-export-contract", "eu-sca",
]
""",
    },
    "inside": {
        "reads 'up to' as 'below'": """
def inside(value, bound, limit):
    return {
        "up to": value < limit, "at least": value >= limit,
        "below": value < limit, "above": value > limit,
    }[bound]
""",
        "reads 'below' as 'up to' and 'above' as 'at least'": """
def inside(value, bound, limit):
    return value <= limit if bound in ("up to", "below") else value >= limit
""",
        "reads 'at least' as 'more than'": """
def inside(value, bound, limit):
    return {
        "up to": value <= limit, "at least": value > limit,
        "below": value < limit, "above": value > limit,
    }[bound]
""",
        "looks at the number only": """
def inside(value, bound, limit):
    return value <= limit
""",
    },
    "duty": {
        "ignores the date": """
def duty(value, kinds, day):
    return 0.04 * value if value > 150 else 3 * kinds
""",
        "takes the day of the change for the last free day": """
def duty(value, kinds, day):
    if value > 150:
        return 0.04 * value
    return 3 * kinds if day > pd.Timestamp("2026-07-01") else 0
""",
        "reads 'up to' as 'below'": """
def duty(value, kinds, day):
    if value >= 150:
        return 0.04 * value
    return 3 * kinds if day >= pd.Timestamp("2026-07-01") else 0
""",
        "counts parcels, not kinds of item": """
def duty(value, kinds, day):
    if value > 150:
        return 0.04 * value
    return 3 if day >= pd.Timestamp("2026-07-01") else 0
""",
        "forgets that the relief had a limit": """
def duty(value, kinds, day):
    if day < pd.Timestamp("2026-07-01"):
        return 0
    return 0.04 * value if value > 150 else 3 * kinds
""",
    },
    "base": {
        "takes the price of the day before": """
def base(prices, start):
    return prices[prices.index < start].iloc[-1]

true_off = 1 - 99 / 165
""",
        "takes seven rows for seven days": """
def base(prices, start):
    return prices[prices.index < start].tail(7).min()

true_off = 1 - 99 / 105
""",
        "counts the promotion's own price": """
def base(prices, start):
    return prices[(prices.index <= start) & (prices.index >= start - pd.Timedelta(days=7))].min()

true_off = 0.0
""",
        "looks one day too far back": """
def base(prices, start):
    before = prices[prices.index < start]
    recent = before[before.index >= start - pd.Timedelta(days=8)]
    return recent.min() if len(recent) else before.iloc[-1]

true_off = 1 - 99 / 105
""",
        "takes the average of the week": """
def base(prices, start):
    before = prices[prices.index < start]
    recent = before[before.index >= start - pd.Timedelta(days=7)]
    return recent.mean() if len(recent) else before.iloc[-1]

true_off = 1 - 99 / 155.8
""",
        "takes the claim for the truth": """
def base(prices, start):
    before = prices[prices.index < start]
    recent = before[before.index >= start - pd.Timedelta(days=7)]
    return recent.min() if len(recent) else before.iloc[-1]

true_off = 0.4
""",
    },
    "watch": {
        "takes the first change of all": """
def first_break(facts, since):
    return compliance.changes(since)["date"].iloc[0]
""",
        "looks at the last state only": """
def first_break(facts, since):
    last = compliance.changes(since)["date"].iloc[-1]
    status = compliance.audit(compliance.Profile(**facts), on=last)["status"]
    return last if (status == "breach").any() else None
""",
        "takes any rule that applies for a breach": """
def first_break(facts, since):
    for day in compliance.changes(since)["date"]:
        if (compliance.audit(compliance.Profile(**facts), on=day)["status"] != "met").any():
            return day
    return None
""",
        "stays on the day of the check": """
def first_break(facts, since):
    status = compliance.audit(compliance.Profile(**facts), on=since)["status"]
    return since if (status == "breach").any() else None
""",
    },
    "decision": {
        "ignores the date": """
before = ["cn-discount-base", "eu-prior-price", "cn-price-raise", "cn-data-export-contract",
          "eu-withdrawal-14", "eu-customs-duty-3"]
after = before
fix = before
""",
        "reads 'up to' as 'below', and 'at least' as 'more than'": """
before = ["cn-discount-base", "eu-prior-price", "cn-price-raise", "eu-withdrawal-14"]
after = before
fix = before
""",
        "takes the list price for the base": """
before = ["cn-data-export-contract", "eu-withdrawal-14"]
after = ["cn-data-export-contract", "eu-withdrawal-14", "eu-customs-duty-3"]
fix = after
""",
        "takes 7 days back for the EU too, where 14 are for returns": """
before = ["cn-discount-base", "cn-price-raise", "cn-data-export-contract", "eu-withdrawal-14"]
after = [*before, "eu-customs-duty-3"]
fix = after
""",
        "thinks that a host of 16 is too young": _PLAN
        + """
before = list(breaches("2026-06-30")) + ["cn-live-host-age"]
after = list(breaches("2026-07-01")) + ["cn-live-host-age"]
fix = ["cn-live-host-age"] + list(breaches("2026-07-01"))
""",
        "pays first, because the duty has a date": _PLAN
        + """
before = list(breaches("2026-06-30"))
after = list(breaches("2026-07-01"))
fix = after[::-1]
""",
        "lists all that applies": _PLAN
        + """
before = list(compliance.audit(plan, on="2026-06-30")["rule"])
after = list(compliance.audit(plan, on="2026-07-01")["rule"])
fix = after
""",
    },
}

RIGHT = {
    "incidents": {
        "as an array, with capitals": """
broken = np.array(["CN-personal-prices", "cn-fake-orders ", "cn-ip-notice",
                   "cn-data-export-contract", "EU-SCA"])
""",
        "as a tuple": """
broken = (
    "cn-personal-prices", "cn-fake-orders", "cn-ip-notice", "cn-data-export-contract", "eu-sca",
)
""",
    },
    "inside": {
        "with the course's function": """
def inside(value, bound, limit):
    return compliance.within(value, bound, limit)
""",
        "with if and else, as NumPy booleans": """
def inside(value, bound, limit):
    if bound == "up to":
        return np.less_equal(value, limit)
    elif bound == "at least":
        return np.greater_equal(value, limit)
    elif bound == "below":
        return np.less(value, limit)
    return np.greater(value, limit)
""",
        "as 1 and 0": """
def inside(value, bound, limit):
    higher, same = value > limit, value == limit
    if bound in ("up to", "below"):
        return int(not higher and (bound == "up to" or not same))
    return int(higher or (bound == "at least" and same))
""",
    },
    "duty": {
        "from the table of rules": """
def duty(value, kinds, day):
    asleep = day < table.loc["eu-customs-duty-3", "in_force"]
    if not compliance.within(value, "up to", table.loc["eu-customs-duty-3", "threshold"]):
        return value * 4 / 100
    return 0.0 if asleep else 3.0 * kinds
""",
        "rounded to the cent": """
def duty(value, kinds, day):
    if value <= 150:
        return 0 if (day.year, day.month) < (2026, 7) else 3 * kinds
    return round(value * 0.04, 2)
""",
    },
    "base": {
        "with the course's function": """
def base(prices, start):
    return compliance.base_price(prices, start)

true_off = 1 - 99 / base(kettle, pd.Timestamp("2026-11-11"))
""",
        "by label slices, rounded": """
def base(prices, start):
    one = pd.Timedelta(days=1)
    week = prices.loc[start - 7 * one : start - one]
    return week.min() if len(week) else prices.loc[: start - one].iloc[-1]

true_off = 0.17
""",
    },
    "watch": {
        "day by day, as a date": """
def first_break(facts, since):
    for day in pd.date_range(since, "2026-12-31"):
        if "breach" in set(compliance.audit(compliance.Profile(**facts), on=day)["status"]):
            return day.date()
""",
        "as text": """
def first_break(facts, since):
    plan = compliance.Profile(**facts)
    days = compliance.changes(since)["date"].drop_duplicates().sort_values()
    bad = [d for d in days if compliance.audit(plan, on=d)["status"].eq("breach").any()]
    return f"{bad[0]:%Y-%m-%d}" if bad else None
""",
    },
    "decision": {
        "by audit, as Series": _PLAN
        + """
before = breaches("2026-06-30")
after = breaches("2026-07-01")
fix = after
""",
        "by hand, another order inside the steps": """
before = {"eu-withdrawal-14", "cn-price-raise", "cn-discount-base", "cn-data-export-contract",
          "eu-prior-price"}
after = before | {"eu-customs-duty-3"}
fix = ["eu-prior-price", "cn-price-raise", "cn-discount-base", "eu-withdrawal-14",
       "cn-data-export-contract", "eu-customs-duty-3"]
""",
    },
}
