"""What students answer in 5.4: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "returned": {
        "forgets the goods that are lost": """
def return_cost(back, lines):
    return back["cost"].sum()
""",
        "takes the refund for the loss": """
def return_cost(back, lines):
    return back["cost"].sum() + back.loc[~back["restocked"], "refund"].sum()
""",
        "writes off everything that comes back": """
def return_cost(back, lines):
    both = back.merge(lines[["order_id", "line_no", "unit_cost"]], on=["order_id", "line_no"])
    return both["cost"].sum() + (both["units"] * both["unit_cost"]).sum()
""",
        "loses one unit a line": """
def return_cost(back, lines):
    both = back.merge(lines[["order_id", "line_no", "unit_cost"]], on=["order_id", "line_no"])
    return both["cost"].sum() + both.loc[~both["restocked"], "unit_cost"].sum()
""",
    },
    "attack": {
        "goes for the largest line, which is fixed": """
attack = ["tariff", "batch", "road"]
""",
        "ignores returns": """
attack = ["batch", "road", "boxes"]
""",
        "spreads all costs over orders: each return costs an average order": """
each = (sent[["picking", "line_haul", "last_mile"]].sum(axis=1)).mean()
saved = {
    "batch": 0.2 * sent["picking"].sum() - 3_000,
    "sizes": 0.25 * each * back["category"].isin(["clothing", "shoes"]).sum() - 2_000,
    "scan": 0.9 * each * (back["reason"] == "wrong_item").sum() - 0.02 * len(sent),
    "repair": 0.5 * each * (~back["restocked"]).sum() - 4 * len(back),
    "road": 0.15 * sent["line_haul"].sum() - 500,
}
attack = sorted(saved, key=saved.get)[-3:]
""",
        "counts the way back, not the goods": """
cost = back["cost"]
saved = {
    "batch": 0.2 * sent["picking"].sum() - 3_000,
    "sizes": 0.25 * cost[back["category"].isin(["clothing", "shoes"])].sum() - 2_000,
    "scan": 0.9 * cost[back["reason"] == "wrong_item"].sum() - 0.02 * len(sent),
    "road": 0.15 * sent["line_haul"].sum() - 500,
    "boxes": 0.6 * cost[back["reason"] == "damaged"].sum() - 0.25 * len(sent),
}
attack = sorted(saved, key=saved.get)[-3:]
""",
        "forgets what the points cost": """
both = back.merge(lines[["order_id", "line_no", "unit_cost"]], on=["order_id", "line_no"])
full = both["cost"] + (both["units"] * both["unit_cost"]).where(~both["restocked"], 0)
saved = {
    "boxes": 0.6 * full[both["reason"] == "damaged"].sum(),
    "repair": 0.5 * (full - both["cost"]).sum(),
    "express": 0.5 * full[both["reason"] == "late"].sum(),
}
attack = list(saved)
""",
    },
    "accept": {
        "counts the day of receipt as the first of seven": """
def must_accept(kind, received, asked, intact):
    return kind == "ordinary" and intact and (asked - received).days < 7
""",
        "forgets the exceptions": """
def must_accept(kind, received, asked, intact):
    return intact and (asked - received).days <= 7
""",
        "takes goods back in any state": """
def must_accept(kind, received, asked, intact):
    return kind == "ordinary" and (asked - received).days <= 7
""",
        "compares days of the month": """
def must_accept(kind, received, asked, intact):
    soon = asked.day - received.day <= 7 and asked.month == received.month
    return kind == "ordinary" and intact and soon
""",
        "accepts whenever it is asked": """
def must_accept(kind, received, asked, intact):
    return kind == "ordinary" and intact
""",
    },
    "hands": {
        "helps the longest step": """
def best_step(minutes, workers):
    step = max(minutes, key=minutes.get)
    able = {s: 60 * (workers[s] + (s == step)) / minutes[s] for s in minutes}
    return step, min(able.values())
""",
        "helps where fewest work": """
def best_step(minutes, workers):
    step = min(workers, key=lambda s: (workers[s], -minutes[s]))
    able = {s: 60 * (workers[s] + (s == step)) / minutes[s] for s in minutes}
    return step, min(able.values())
""",
        "gives the helped step's own speed": """
def best_step(minutes, workers):
    step = min(minutes, key=lambda s: workers[s] / minutes[s])
    return step, 60 * (workers[step] + 1) / minutes[step]
""",
        "gives the speed before": """
def best_step(minutes, workers):
    step = min(minutes, key=lambda s: workers[s] / minutes[s])
    return step, 60 * workers[step] / minutes[step]
""",
    },
    "worth": {
        "does not discount": """
def npv(price, yearly, years, rate):
    return -price + yearly * years
""",
        "discounts the first year not at all": """
def npv(price, yearly, years, rate):
    return -price + sum(yearly / (1 + rate) ** t for t in range(years))
""",
        "takes the rate off once a year, without compounding": """
def npv(price, yearly, years, rate):
    return -price + sum(yearly * (1 - rate * t) for t in range(1, years + 1))
""",
        "forgets the price": """
def npv(price, yearly, years, rate):
    return sum(yearly / (1 + rate) ** t for t in range(1, years + 1))
""",
    },
    "machine": {
        "believes the seller: half of the average cost is saved": """
case = costs.technology_case(45_000, per_parcel / 2, len(sent), running=3_000)
buy, break_even = "yes", case.break_even_volume
""",
        "forgets the running cost": """
case = costs.technology_case(45_000, moved, len(sent))
buy, break_even = "no", case.break_even_volume
""",
        "does not discount": """
break_even = (45_000 / 5 + 3_000) / moved
buy = "yes" if len(sent) > break_even else "no"
""",
        "takes the day of 11.11 for every day": """
case = costs.technology_case(45_000, moved, 500 * 365, running=3_000)
buy, break_even = "yes", case.break_even_volume
""",
    },
}

RIGHT = {
    "returned": {
        "with an index": """
def return_cost(back, lines):
    price = lines.set_index(["order_id", "line_no"])["unit_cost"]
    lost = back[back["restocked"] == False]  # noqa: E712
    each = price.loc[list(zip(lost["order_id"], lost["line_no"]))].to_numpy()
    return float(back["cost"].sum() + (lost["units"].to_numpy() * each).sum())
""",
        "line by line": """
def return_cost(back, lines):
    price = {(row.order_id, row.line_no): row.unit_cost for row in lines.itertuples()}
    total = 0.0
    for row in back.itertuples():
        total += row.cost
        if not row.restocked:
            total += row.units * price[row.order_id, row.line_no]
    return np.float64(total)
""",
    },
    "attack": {
        "in another order, as a set": """
attack = {"scan", "repair", "batch"}
""",
        "in capitals, as a Series": """
attack = pd.Series(["Repair", "Batch", "Scan"])
""",
    },
    "accept": {
        "step by step": """
from datetime import timedelta

def must_accept(kind, received, asked, intact):
    if kind in ("made to order", "fresh", "opened software", "newspaper"):
        return False
    if not intact:
        return False
    return asked <= received + timedelta(days=7)
""",
        "as a number": """
def must_accept(kind, received, asked, intact):
    return int(kind == "ordinary") * int(intact) * int((asked - received).days < 8)
""",
    },
    "hands": {
        "tries every step": """
def best_step(minutes, workers):
    def speed(step):
        return min(60 * (workers[s] + (s == step)) / minutes[s] for s in minutes)
    return max(minutes, key=speed), max(speed(s) for s in minutes)
""",
        "with pandas, as a list": """
def best_step(minutes, workers):
    able = 60 * pd.Series(workers) / pd.Series(minutes)
    step = able.idxmin()
    able[step] *= (workers[step] + 1) / workers[step]
    return [step, able.min()]
""",
    },
    "worth": {
        "by the annuity formula": """
def npv(price, yearly, years, rate):
    factor = years if rate == 0 else (1 - (1 + rate) ** -years) / rate
    return yearly * factor - price
""",
        "with NumPy": """
def npv(price, yearly, years, rate):
    return (np.full(years, yearly) / (1 + rate) ** np.arange(1, years + 1)).sum() - price
""",
    },
    "machine": {
        "by the annuity factor, rounded up": """
factor = (1 - 1.08 ** -5) / 0.08
break_even = int(np.ceil((45_000 / factor + 3_000) / moved))
buy = "Yes" if len(sent) > break_even else "No"
""",
        "by trying volumes": """
volume = 0
while costs.technology_case(45_000, moved, volume, running=3_000).npv < 0:
    volume += 100
break_even = volume
buy = "买" if len(sent) >= volume else "不买"
""",
    },
}
