"""What students answer in 4.4: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "plan": {
        "collects everything": """
plan = list(proposed)
""",
        "leaves the visitor out": """
plan = ["at", "event", "device", "product"]
""",
        "takes the name for the visitor": """
plan = ["full_name", "at", "event", "device", "product"]
""",
        "forgets the moment": """
plan = ["visitor", "event", "device", "product"]
""",
        "forgets what the question asks for": """
plan = ["visitor", "at", "event", "product"]
""",
    },
    "sessions": {
        "cuts at midnight": """
def count_sessions(log):
    return log.groupby(["customer_id", log["at"].dt.normalize()]).ngroups
""",
        "mixes customers": """
def count_sessions(log):
    pause = log["at"].sort_values().diff()
    return int((pause.isna() | (pause > pd.Timedelta(minutes=30))).sum())
""",
        "counts from the session's start": """
def count_sessions(log):
    count, last, begun = 0, None, None
    for who, at in log.sort_values(["customer_id", "at"])[["customer_id", "at"]].itertuples(index=False):
        if who != last or at - begun > pd.Timedelta(minutes=30):
            count, begun = count + 1, at
        last = who
    return count
""",
        "trusts the order of the rows": """
def count_sessions(log):
    pause = log.groupby("customer_id")["at"].diff()
    return int((pause.isna() | (pause > pd.Timedelta(minutes=30))).sum())
""",
        "counts customers": """
def count_sessions(log):
    return log["customer_id"].nunique()
""",
    },
    "worst": {
        "takes the highest exit rate": """
def worst_step(log):
    return "paid"
""",
        "takes the page seen most": """
def worst_step(log):
    return log["kind"].value_counts().idxmax()
""",
        "takes the last click for the furthest step": """
def worst_step(log):
    cut = behaviour.sessionize(log)
    last = cut.groupby(["customer_id", "session"])["kind"].last().value_counts()
    seen = cut.drop_duplicates(["customer_id", "session", "kind"])["kind"].value_counts()
    return (last / seen).drop("paid").idxmax()
""",
        "counts heads, not shares": """
def worst_step(log):
    return behaviour.friction(log).set_index("step")["stopped"].drop("paid").idxmax()
""",
        "copies one step": """
def worst_step(log):
    return "view"
""",
    },
    "taste": {
        "counts looks": """
def taste(log, customer):
    own = log[(log["customer_id"] == customer) & (log["kind"] == "view")]
    return str(own["category"].value_counts().idxmax())
""",
        "counts all clicks": """
def taste(log, customer):
    return str(log.loc[log["customer_id"] == customer, "category"].value_counts().idxmax())
""",
        "takes what everybody likes": """
def taste(log, customer):
    return str(log["category"].value_counts().idxmax())
""",
        "takes the cart alone": """
def taste(log, customer):
    own = log[(log["customer_id"] == customer) & (log["kind"] == "favourite")]
    return str(own["category"].value_counts().idxmax()) if len(own) else "tea"
""",
    },
    "worth": {
        "takes all that gain on average": """
build = tests.index[tests["lift"] * 40_000 * 60 > tests["cost"]].tolist()
""",
        "takes all whose effect is sure": """
build = tests.index[tests["lift"] > 1.96 * tests["se"]].tolist()
""",
        "takes the largest effect": """
build = ["video"]
""",
        "takes the best one only": """
build = ["search"]
""",
    },
    "mend": {
        "mends the page that is seen most": """
slope = interface.speed_effect(days_of("page_delay"))["effect"].iloc[0]
first = "phones"
gain = -slope * 2 * phone_share * margin
stopped = behaviour.friction(recent).set_index("step").loc["view", "stopped"]
""",
        "mends the page with the highest exit rate": """
first = "payment"
gain = 0.2 * margin
stopped = behaviour.friction(recent).set_index("step").loc["view", "stopped"]
""",
        "cuts sessions at midnight": """
first = "filter"
gain = interface.feature_effect(days_of("filter_test"), "offered")["lift"].iloc[0] * margin
order = ["land", "list", "view", "cart", "checkout", "pay", "paid"]
place = recent["kind"].map({step: n for n, step in enumerate(order)}).astype(float)
furthest = place.groupby([recent["customer_id"], recent["at"].dt.normalize()]).max()
stopped = int((furthest == 2).sum())
""",
        "compares users with non-users": """
rate = days_of("filter_test").groupby("used_filter")["ordered"].mean()
first = "filter"
gain = 0.25 * (rate[True] / rate[False] - 1) * margin
stopped = behaviour.friction(recent).set_index("step").loc["view", "stopped"]
""",
        "takes who viewed for who stopped": """
first = "filter"
gain = interface.feature_effect(days_of("filter_test"), "offered")["lift"].iloc[0] * margin
stopped = behaviour.friction(recent).set_index("step").loc["view", "sessions"]
""",
    },
}

RIGHT = {
    "plan": {
        "with the version, in another order": """
plan = ("product", "device", "event", "at", "visitor", "version")
""",
        "as a set": """
plan = {"visitor", "at", "event", "device", "product"}
""",
    },
    "sessions": {
        "with the course's function": """
def count_sessions(log):
    cut = behaviour.sessionize(log.assign(kind="click"))
    return len(cut[["customer_id", "session"]].drop_duplicates())
""",
        "with shifted columns": """
def count_sessions(log):
    rows = log.sort_values(["customer_id", "at"])
    same = rows["customer_id"] == rows["customer_id"].shift()
    near = (rows["at"] - rows["at"].shift()).dt.total_seconds() <= 1800
    return np.int64((~(same & near)).sum())
""",
    },
    "worst": {
        "by hand": """
def worst_step(log):
    order = ["land", "list", "view", "cart", "checkout", "pay", "paid"]
    cut = behaviour.sessionize(log)
    cut = cut[cut["kind"].isin(order)]
    cut = cut.assign(place=cut["kind"].map(order.index))
    furthest = cut.groupby(["customer_id", "session"])["place"].max().value_counts()
    seen = cut.drop_duplicates(["customer_id", "session", "place"])["place"].value_counts()
    return order[int((furthest.reindex(range(6), fill_value=0) / seen.reindex(range(6))).idxmax())]
""",
        "in Chinese": """
def worst_step(log):
    table = behaviour.friction(log).set_index("step")
    return words[table["turned_back"].idxmax()]
""",
    },
    "taste": {
        "with pandas": """
def taste(log, customer):
    own = log[log["customer_id"] == customer]
    points = own["kind"].astype(str).map({"view": 1, "compare": 2, "favourite": 3, "cart": 5}).fillna(0)
    return points.groupby(own["category"].astype(str)).sum().idxmax()
""",
        "from everybody's preferences": """
def taste(log, customer):
    table = behaviour.preferences(log)
    return table[table["customer_id"] == customer].sort_values("score")["category"].iloc[-1]
""",
    },
    "worth": {
        "by hand, as a set": """
low = (tests["lift"] - 1.96 * tests["se"]) * 40_000 * 60
build = set(tests.index[low > tests["cost"]])
""",
        "typed": """
build = ("Labels", "Search")
""",
    },
    "mend": {
        "from the visits' arms": """
rate = days_of("filter_test").groupby("offered")["ordered"].mean()
first = "筛选"
gain = round((rate[1] / rate[0] - 1) * margin, -3)
table = behaviour.friction(recent)
stopped = table.loc[table["step"] == "view", "stopped"]
""",
        "by the shop's own visits": """
order = ["land", "list", "view", "cart", "checkout", "pay", "paid"]
rows = shop.events[shop.events["at"] >= "2025-07-01"]
place = rows["kind"].map({step: n for n, step in enumerate(order)}).astype(float)
stopped = int((place.groupby(rows["visit_id"]).max() == 2).sum())
first = "Filter"
gain = float(interface.feature_effect(days_of("filter_test"), "offered")["lift"].iloc[0] * margin)
""",
    },
}
