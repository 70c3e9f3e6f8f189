"""What students answer in 4.1: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "through": {
        "counts customers": """
def through(events, steps):
    return interface.funnel(events, steps)["reached"].tolist()
""",
        "counts events": """
def through(events, steps):
    return [int((events["kind"] == step).sum()) for step in steps]
""",
        "forgets the order in time": """
def through(events, steps):
    left = set(events["visit_id"])
    reached = []
    for step in steps:
        left &= set(events.loc[events["kind"] == step, "visit_id"])
        reached.append(len(left))
    return reached
""",
        "gives shares": """
def through(events, steps):
    return interface.funnel(events, steps, customer_id="visit_id")["from_first"].tolist()
""",
    },
    "contrast": {
        "weighs colours as they are stored": """
def contrast(a, b):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    dark, bright = sorted([light(a), light(b)])
    return (bright + 0.05) / (dark + 0.05)

button = "brick"
""",
        "puts the first colour on top": """
def contrast(a, b):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return (light(b) + 0.05) / (light(a) + 0.05)

button = "brick"
""",
        "takes the bright button": """
contrast = interface.contrast_ratio
button = "orange"
""",
        "adds no 0.05": """
def contrast(a, b):
    ratio = interface.contrast_ratio
    one, other = (0.05 * ratio(c, "#000000") - 0.05 for c in (a, b))
    return max(one, other) / max(min(one, other), 1e-9)

button = "brick"
""",
    },
    "lift": {
        "compares users with non-users": """
def lift(visits):
    rate = visits.groupby("used_filter")["ordered"].mean()
    return rate[True] / rate[False] - 1
""",
        "compares users with those who were not offered it": """
def lift(visits):
    used = visits.loc[visits["used_filter"], "ordered"].mean()
    return used / visits.loc[visits["offered"] == 0, "ordered"].mean() - 1
""",
        "leaves the users out of the offered": """
def lift(visits):
    rest = visits.loc[(visits["offered"] == 1) & ~visits["used_filter"], "ordered"].mean()
    return rest / visits.loc[visits["offered"] == 0, "ordered"].mean() - 1
""",
        "gives percentage points": """
def lift(visits):
    rate = visits.groupby("offered")["ordered"].mean()
    return rate[1] - rate[0]
""",
        "gives a percentage": """
def lift(visits):
    return 100 * interface.feature_effect(visits, "offered")["lift"].iloc[0]
""",
    },
    "rating": {
        "takes the mean": """
def rating(values, good, poor):
    mean = np.mean(values)
    return "good" if mean <= good else "needs improvement" if mean <= poor else "poor"
""",
        "takes the median": """
def rating(values, good, poor):
    middle = np.median(values)
    return "good" if middle <= good else "needs improvement" if middle <= poor else "poor"
""",
        "leaves the limit out": """
def rating(values, good, poor):
    p75 = np.quantile(values, 0.75)
    return "good" if p75 < good else "needs improvement" if p75 < poor else "poor"
""",
        "knows one pair of limits": """
def rating(values, good, poor):
    p75 = np.quantile(values, 0.75)
    return "good" if p75 <= 2500 else "needs improvement" if p75 <= 4000 else "poor"
""",
    },
    "speed": {
        "takes the raw slope on the whole wait": """
def per_100ms(visits):
    rounded = visits.assign(wait=visits["latency"] // 50 * 50)
    rounded = rounded[rounded["delay"] == 0]
    return interface.speed_effect(rounded, delay="wait", controls=()).iloc[0]["effect"]
""",
        "gives the slope per ms": """
def per_100ms(visits):
    return interface.speed_effect(visits)["effect"].iloc[0] / 100
""",
        "gives the slope per second": """
def per_100ms(visits):
    return interface.speed_effect(visits)["effect"].iloc[0] * 10
""",
        "gives percentage points of orders": """
def per_100ms(visits):
    rate = visits.groupby("delay")["ordered"].mean()
    return np.polyfit(rate.index / 100, rate, 1)[0]
""",
    },
    "decision": {
        "mends the largest hole of the funnel": """
build = "recommender"
net = 0.13 * margin - changes.loc["recommender", "cost"] + 100_000
""",
        "compares users with non-users": """
rate = days_of("filter_test").groupby("used_filter")["ordered"].mean()
build = "filter"
net = (rate[True] / rate[False] - 1) * margin - changes.loc["filter", "cost"]
""",
        "trusts the raw slope": """
early = visits[visits["started_at"] < "2024-08-19"]
raw = interface.speed_effect(early.assign(wait=early["latency"] // 50 * 50), delay="wait", controls=())
net = margin * (np.exp(-raw["effect"].iloc[0] * saved_ms / 100) - 1) - changes.loc["faster", "cost"]
build = "faster" if net > 0 else "payment"
""",
        "forgets the cost": """
tested = days_of("recommender_test")
build = "recommender"
net = margin * interface.feature_effect(tested, "offered")["lift"].iloc[0]
""",
        "builds the right change, and forgets its cost": """
slope = interface.speed_effect(days_of("page_delay"))["effect"].iloc[0]
build = "faster"
net = margin * (np.exp(-slope * saved_ms / 100) - 1)
""",
    },
}

RIGHT = {
    "through": {
        "with pandas alone": """
def through(events, steps):
    reached, last = [], None
    for step in steps:
        here = events[events["kind"] == step]
        if last is not None:
            times = here["visit_id"].map(last)
            here = here[times.notna() & (here["at"] >= times)]
        last = here.groupby("visit_id")["at"].min()
        reached.append(len(last))
    return reached
""",
        "as a Series": """
def through(events, steps):
    return interface.funnel(events, steps, customer_id="visit_id").set_index("step")["reached"]
""",
    },
    "contrast": {
        "by hand, the ground in Chinese": """
def contrast(a, b):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return np.dot([0.2126, 0.7152, 0.0722], parts)
    one, other = light(a), light(b)
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)

button = "砖红"
""",
        "rounded": """
def contrast(a, b):
    return round(interface.contrast_ratio(a, b), 2)

button = "Brick"
""",
    },
    "lift": {
        "by arm, with pandas": """
def lift(visits):
    rate = visits.groupby("offered")["ordered"].mean()
    return rate[1] / rate[0] - 1
""",
        "rounded to a percent": """
def lift(visits):
    return round(float(interface.feature_effect(visits, "offered").iloc[0]["lift"]), 2)
""",
    },
    "rating": {
        "by counting": """
def rating(values, good, poor):
    values = np.asarray(values)
    if (values <= good).mean() >= 0.75:
        return "Good"
    return "needs improvement" if (values <= poor).mean() >= 0.75 else "poor"
""",
        "with the course's function": """
def rating(values, good, poor):
    p75 = pd.Series(values).quantile(0.75, interpolation="lower")
    return ["good", "needs improvement", "poor"][int(p75 > good) + int(p75 > poor)]
""",
    },
    "speed": {
        "from the log-odds of the arms": """
def per_100ms(visits):
    rate = visits.groupby("delay")["ordered"].mean()
    odds = np.log(rate / (1 - rate))
    return np.polyfit(odds.index / 100, odds, 1)[0]
""",
        "without controls, rounded": """
def per_100ms(visits):
    return round(float(interface.speed_effect(visits, controls=())["effect"].iloc[0]), 4)
""",
    },
    "decision": {
        "with the slope as a share of orders": """
slope = interface.speed_effect(days_of("page_delay"))["effect"].iloc[0]
build = "faster"
net = -slope * saved_ms / 100 * margin - changes.loc["faster", "cost"]
""",
        "in Chinese, rounded to a thousand": """
slope = interface.speed_effect(days_of("page_delay"), controls=())["effect"].iloc[0]
build = "提速"
net = round(margin * (np.exp(-slope * saved_ms / 100) - 1) - 100_000, -3)
""",
    },
}
