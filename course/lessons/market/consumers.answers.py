"""What students answer in 1.3: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "desktop": {
        "reads the fall of the share as a fall of the number": """
desktop_points = 100 * (halves.loc["desktop", "2025"] / halves["2025"].sum()
                        - halves.loc["desktop", "2024"] / halves["2024"].sum())
desktop_growth = desktop_points / 100
""",
        "gives the share's change in per cent of itself": """
shares = halves.loc["desktop"] / halves.sum()
desktop_points = 100 * (shares["2025"] / shares["2024"] - 1)
desktop_growth = halves.loc["desktop", "2025"] / halves.loc["desktop", "2024"] - 1
""",
        "divides by both years' visits together": """
desktop_points = 100 * (halves.loc["desktop", "2024"] - halves.loc["desktop", "2025"]) / halves.to_numpy().sum()
desktop_growth = halves.loc["desktop", "2025"] / halves.loc["desktop", "2024"] - 1
""",
        "takes desktop over mobile for the share": """
ratio = halves.loc["desktop"] / halves.loc["mobile"]
desktop_points = 100 * (ratio["2025"] - ratio["2024"])
desktop_growth = halves.loc["desktop", "2025"] / halves.loc["desktop", "2024"] - 1
""",
        "grows all visits instead of the desktop's": """
shares = halves.loc["desktop"] / halves.sum()
desktop_points = 100 * (shares["2025"] - shares["2024"])
desktop_growth = halves["2025"].sum() / halves["2024"].sum() - 1
""",
    },
    "split": {
        "weighs both effects with the time before: a rest is left": """
def split(before, after):
    mix = ((after["share"] - before["share"]) * before["rate"]).sum()
    rate = ((after["rate"] - before["rate"]) * before["share"]).sum()
    return mix, rate
""",
        "gives the rest to the rate": """
def split(before, after):
    mix = ((after["share"] - before["share"]) * before["rate"]).sum()
    rate = ((after["rate"] - before["rate"]) * after["share"]).sum()
    return mix, rate
""",
        "turns the two around": """
def split(before, after):
    mix = ((after["share"] - before["share"]) * (before["rate"] + after["rate"]) / 2).sum()
    rate = ((after["rate"] - before["rate"]) * (before["share"] + after["share"]) / 2).sum()
    return rate, mix
""",
        "matches the groups by their places": """
def split(before, after):
    s0, s1 = before["share"].to_numpy(), after["share"].to_numpy()
    r0, r1 = before["rate"].to_numpy(), after["rate"].to_numpy()
    return ((s1 - s0) * (r0 + r1) / 2).sum(), ((r1 - r0) * (s0 + s1) / 2).sum()
""",
        "calls the change of the plain mean of the rates the rate effect": """
def split(before, after):
    rate = after["rate"].mean() - before["rate"].mean()
    whole = (after["share"] * after["rate"]).sum() - (before["share"] * before["rate"]).sum()
    return whole - rate, rate
""",
    },
    "cities": {
        "takes more orders by phone for more phone people": """
parts = consumers.mix_and_rate(orders_2024, orders_2025, by="city_id", outcome="mobile").loc["all"]
city_mix, city_rate = parts["mix"], parts["rate"]
cause = "more mobile buyers"
""",
        "turns mix and rate around": """
parts = consumers.mix_and_rate(orders_2024, orders_2025, by="city_id", outcome="mobile").loc["all"]
city_mix, city_rate = parts["rate"], parts["mix"]
cause = "buyers like mobile more"
""",
        "splits visits instead of orders": """
then, now = (v.assign(mobile=v["device"] == "mobile") for v in (visits_2024, visits_2025))
parts = consumers.mix_and_rate(then, now, by="city_id", outcome="mobile").loc["all"]
city_mix, city_rate = parts["mix"], parts["rate"]
cause = "buyers like mobile more"
""",
        "groups by the device itself, where all is mix": """
parts = consumers.mix_and_rate(orders_2024, orders_2025, by="device", outcome="mobile").loc["all"]
city_mix, city_rate = parts["mix"], parts["rate"]
cause = "more mobile buyers"
""",
    },
    "bids": {
        "believes the page team: splits by device": """
parts = consumers.mix_and_rate(visits_2024, visits_2025, by="device").loc["all"]
past_mix, past_rate = parts["mix"], parts["rate"]
fund = "page"
""",
        "takes the raw gap on mobile for the page's work": """
on = [v.loc[v["device"] == "mobile", "ordered"].mean() for v in (visits_2024, visits_2025)]
past_mix, past_rate = 0.0, on[1] - on[0]
fund = "page"
""",
        "leaves a rest: both effects at the old levels": """
t = consumers.mix_and_rate(visits_2024, visits_2025, by="past").drop(index="all")
past_mix = ((t["share_after"] - t["share_before"]) * t["rate_before"]).sum()
past_rate = ((t["rate_after"] - t["rate_before"]) * t["share_before"]).sum()
fund = "app"
""",
        "splits rightly, and follows the louder claim": """
parts = consumers.mix_and_rate(visits_2024, visits_2025, by="past").loc["all"]
past_mix, past_rate = parts["mix"], parts["rate"]
fund = "page"
""",
    },
    "kinds": {
        "takes every policy for national": """
kinds = {"fast_network": "technology", "payment_app": "social", "device_subsidy": "policy",
         "wage_rise": "economic", "national_law": "policy"}
unknowable = ["device_subsidy", "wage_rise", "national_law"]
""",
        "believes that data tell everything": """
kinds = {"fast_network": "technology", "payment_app": "social", "device_subsidy": "policy",
         "wage_rise": "economic", "national_law": "policy"}
unknowable = []
""",
        "looks at the thing instead of at who moved first": """
kinds = {"fast_network": "technology", "payment_app": "technology", "device_subsidy": "economic",
         "wage_rise": "economic", "national_law": "policy"}
unknowable = ["wage_rise", "national_law"]
""",
        "thinks that a dated event can always be told": """
kinds = {"fast_network": "technology", "payment_app": "social", "device_subsidy": "policy",
         "wage_rise": "economic", "national_law": "policy"}
unknowable = ["wage_rise"]
""",
    },
    "join": {
        "on against off credits each driver with the trend": """
effects = [panel.loc[panel[d] > 0.5, "mobile"].mean() - panel.loc[panel[d] <= 0.5, "mobile"].mean()
           for d in DRIVERS]
join = [d for d, effect in zip(DRIVERS, effects) if effect > break_even[d]]
""",
        "before against after within each city, with the national trend": """
from ecomlab.panel import least_squares

effects = least_squares(panel["mobile"], panel[DRIVERS], effects=[panel["city_id"]], cluster=panel["city_id"]).coef
join = [d for d, effect in zip(DRIVERS, effects) if effect > break_even[d]]
""",
        "cities of one month, with what they are like anyway": """
from ecomlab.panel import least_squares

effects = least_squares(panel["mobile"], panel[DRIVERS], effects=[panel["month"].dt.strftime("%Y%m")],
                        cluster=panel["city_id"]).coef
join = ["fast_network"]
""",
        "one driver at a time": """
effects = [consumers.drivers(panel, outcome="mobile", factors=[d])["effect"].iloc[0] for d in DRIVERS]
join = ["fast_network"]
""",
        "correlates each driver with the share": """
effects = [panel[d].corr(panel["mobile"]) / 3 for d in DRIVERS]
join = ["fast_network"]
""",
        "estimates rightly, and decides by the raw gap": """
effects = consumers.drivers(panel, outcome="mobile", factors=DRIVERS, weights="visits")["effect"]
join = ["fast_network", "payment_app", "device_subsidy"]
""",
        "joins the largest effect, whatever it must bring": """
effects = consumers.drivers(panel, outcome="mobile", factors=DRIVERS, weights="visits")["effect"]
join = [effects.idxmax()]
""",
        "joins nothing, to be safe": """
effects = consumers.drivers(panel, outcome="mobile", factors=DRIVERS, weights="visits")["effect"]
join = []
""",
    },
}

RIGHT = {
    "desktop": {
        "with the course's function": """
shares = [consumers.behaviour_mix(between(f"{y}-01-01", f"{y}-07-01"), by="device").set_index("device")
          for y in (2024, 2025)]
desktop_points = 100 * (shares[1].loc["desktop", "share"] - shares[0].loc["desktop", "share"])
desktop_growth = shares[1].loc["desktop", "visits"] / shares[0].loc["desktop", "visits"] - 1
""",
        "rounded": """
desktop_points = round(100 * (halves / halves.sum()).loc["desktop"].diff().iloc[1], 1)
desktop_growth = round(halves.loc["desktop"].pct_change().iloc[1], 2)
""",
    },
    "split": {
        "one group after the other, as a list": """
def split(before, after):
    mix = rate = 0.0
    for name in before.index:
        s0, r0 = before.loc[name, ["share", "rate"]]
        s1, r1 = after.loc[name, ["share", "rate"]]
        mix += (s1 - s0) * (r0 + r1) / 2
        rate += (r1 - r0) * (s0 + s1) / 2
    return [mix, rate]
""",
        "the mean of the two one-sided splits, as a dict": """
def split(before, after):
    ds, dr = after["share"] - before["share"], after["rate"] - before["rate"]
    early = (ds * before["rate"]).sum(), (dr * before["share"]).sum()
    late = (ds * after["rate"]).sum(), (dr * after["share"]).sum()
    return {"mix": (early[0] + late[0]) / 2, "rate": (early[1] + late[1]) / 2}
""",
    },
    "cities": {
        "by hand, rounded": """
tables = [o.groupby("city_id")["mobile"].agg(["size", "mean"]) for o in (orders_2024, orders_2025)]
shares = [t["size"] / t["size"].sum() for t in tables]
city_mix = round(((shares[1] - shares[0]) * (tables[0]["mean"] + tables[1]["mean"]) / 2).sum(), 4)
city_rate = round(((tables[1]["mean"] - tables[0]["mean"]) * (shares[0] + shares[1]) / 2).sum(), 4)
cause = "Buyers like mobile more"
""",
        "from the cities' rows, in Chinese": """
rows = consumers.mix_and_rate(orders_2024, orders_2025, by="city_id", outcome="mobile").drop(index="all")
city_mix, city_rate = rows["mix"].sum(), rows["rate"].sum()
cause = "买家更爱用手机"
""",
    },
    "bids": {
        "by hand": """
def table(v):
    found = v.groupby("past")["ordered"].agg(["size", "mean"])
    return found["size"] / found["size"].sum(), found["mean"]

(s0, r0), (s1, r1) = table(visits_2024), table(visits_2025)
past_mix = ((s1 - s0) * (r0 + r1) / 2).sum()
past_rate = ((r1 - r0) * (s0 + s1) / 2).sum()
fund = "App"
""",
        "rounded to a hundredth of a point": """
parts = consumers.mix_and_rate(visits_2024, visits_2025, by="past").loc["all"].astype(float).round(4)
past_mix, past_rate, fund = parts["mix"], parts["rate"], "app"
""",
    },
    "kinds": {
        "in Chinese, as a set": """
kinds = {"fast_network": "技术", "payment_app": "社会", "device_subsidy": "政策",
         "wage_rise": "经济", "national_law": "政策"}
unknowable = {"national_law", "wage_rise"}
""",
        "as a Series, with capitals": """
kinds = pd.Series({"fast_network": "Technology", "payment_app": "Social", "device_subsidy": "Policy",
                   "wage_rise": "Economic", "national_law": "Policy"})
unknowable = ("wage_rise", "national_law")
""",
    },
    "join": {
        "unweighted, rounded, as a tuple with a capital": """
effects = consumers.drivers(panel, outcome="mobile", factors=DRIVERS)["effect"].round(4)
join = ("Fast_network",)
""",
        "with dummies by least squares, a driver counting from half of the month on": """
x = pd.concat([(panel[DRIVERS] > 0.5).astype(float), pd.get_dummies(panel["city_id"].astype(str), dtype=float),
               pd.get_dummies(panel["month"].dt.strftime("%Y%m"), dtype=float)], axis=1)
effects = list(np.linalg.lstsq(x.to_numpy(), panel["mobile"].to_numpy(), rcond=None)[0][:3])
join = {"fast_network"}
""",
        "as a dict, and the one name alone": """
found = consumers.drivers(panel, outcome="mobile", factors=DRIVERS, weights="visits")
effects = found["effect"].to_dict()
join = "fast_network"
""",
    },
}
