"""What students answer in 4.3: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "keep": {
        "takes a large recency for recent": """
def to_keep(buyers):
    mean = buyers[["recency", "frequency", "monetary"]].mean()
    good = (buyers["recency"] < mean["recency"]) & (buyers["frequency"] > mean["frequency"])
    return buyers.loc[good & (buyers["monetary"] > mean["monetary"]), "customer_id"].tolist()
""",
        "compares with the median": """
def to_keep(buyers):
    middle = buyers[["recency", "frequency", "monetary"]].median()
    good = (buyers["recency"] > middle["recency"]) & (buyers["frequency"] > middle["frequency"])
    return buyers.loc[good & (buyers["monetary"] > middle["monetary"]), "customer_id"].tolist()
""",
        "forgets the frequency": """
def to_keep(buyers):
    silent = buyers["recency"] > buyers["recency"].mean()
    much = buyers["monetary"] > buyers["monetary"].mean()
    return buyers.loc[silent & much, "customer_id"].tolist()
""",
        "lists all who have been silent": """
def to_keep(buyers):
    return buyers.loc[buyers["recency"] > buyers["recency"].mean(), "customer_id"].tolist()
""",
    },
    "back": {
        "takes the plain mean of the cohorts' rates": """
def back_at(cohorts, age):
    rows = cohorts[cohorts["age"] == age]
    return (rows["customers"] / rows["size"]).mean()
""",
        "counts cohorts that are too young": """
def back_at(cohorts, age):
    everybody = cohorts.loc[cohorts["age"] == 0, "size"].sum()
    return cohorts.loc[cohorts["age"] == age, "customers"].sum() / everybody
""",
        "adds up all months until then": """
def back_at(cohorts, age):
    rows = cohorts[cohorts["age"].between(1, age)]
    return rows["customers"].sum() / rows["size"].sum()
""",
        "divides by the month before": """
def back_at(cohorts, age):
    now = cohorts.loc[cohorts["age"] == age, "customers"].sum()
    return now / cohorts.loc[cohorts["age"] == age - 1, "customers"].sum()
""",
    },
    "invite": {
        "invites those who spent most in all": """
def invite(past, n):
    spent = past["frequency"] * past["monetary"]
    return past.loc[spent.sort_values(ascending=False).index[:n], "customer_id"].tolist()
""",
        "invites those who have left, to win them back": """
def invite(past, n):
    model = loyalty.BGNBD().fit(past["frequency"], past["recency"], past["T"])
    alive = pd.Series(model.p_alive(past["frequency"], past["recency"], past["T"]), past.index)
    return past.loc[alive.sort_values().index[:n], "customer_id"].tolist()
""",
        "invites those who ordered most recently": """
def invite(past, n):
    last = past["T"] - past["recency"]
    return past.loc[last.sort_values(kind="stable").index[:n], "customer_id"].tolist()
""",
        "invites those with most orders, however long ago": """
def invite(past, n):
    return past.sort_values("frequency", ascending=False, kind="stable")["customer_id"].tolist()[:n]
""",
        "invites from all customers, whoever is asked about": """
def invite(past, n):
    model = loyalty.BGNBD().fit(known_orders["frequency"], known_orders["recency"], known_orders["T"])
    ahead = model.predict(known_orders["frequency"], known_orders["recency"], known_orders["T"], 364)
    best = pd.Series(ahead, known_orders.index).nlargest(n).index
    return known_orders.loc[best, "customer_id"].tolist()
""",
        "asks the best guest again and again": """
def invite(past, n):
    model = loyalty.BGNBD().fit(past["frequency"], past["recency"], past["T"])
    ahead = past.assign(e=model.predict(past["frequency"], past["recency"], past["T"], 364))
    best = ahead.nlargest(n, "e")["customer_id"].tolist()
    return best if n == 500 else best[:1] * n
""",
        "gives places in the table": """
def invite(past, n):
    return [f + 10_000_000 for f in range(n)]
""",
    },
    "lift": {
        "compares members with others": """
def privilege_lift(year):
    member = year["tier"].isin(["gold", "black"])
    return year.loc[member, "orders"].mean() / year.loc[~member, "orders"].mean() - 1
""",
        "compares the arms of everybody, entitled or not": """
def privilege_lift(year):
    mean = year.groupby("arm")["orders"].mean()
    return mean[1] / mean[0] - 1
""",
        "gives orders, not a share": """
def privilege_lift(year):
    entitled = year[year["tier"].isin(["gold", "black"])]
    mean = entitled.groupby("arm")["orders"].mean()
    return mean[1] - mean[0]
""",
        "takes the jump in a wide window at the threshold": """
def privilege_lift(year):
    treated = year[year["arm"] == 1]
    below = treated.loc[treated["spend"].between(0, 299.99), "orders"].mean()
    return loyalty.threshold_gap(treated, cutoff=300, width=300)[0] / below
""",
        "gives a percentage": """
def privilege_lift(year):
    entitled = year[year["tier"].isin(["gold", "black"])]
    mean = entitled.groupby("arm")["orders"].mean()
    return 100 * (mean[1] / mean[0] - 1)
""",
    },
    "threshold": {
        "counts all of members' orders as gained": """
def best_threshold(members, thresholds, lift, cost):
    def net(t):
        inside = members[members["spend"] >= t]
        return ((1 + lift) * inside["orders"] * inside["margin"]).sum() - cost * len(inside)
    return max(thresholds, key=net)
""",
        "counts revenue instead of margin": """
def best_threshold(members, thresholds, lift, cost):
    def net(t):
        inside = members[members["spend"] >= t]
        return (lift * inside["orders"] * inside["amount"]).sum() - cost * len(inside)
    return max(thresholds, key=net)
""",
        "forgets the cost": """
def best_threshold(members, thresholds, lift, cost):
    def gain(t):
        inside = members[members["spend"] >= t]
        return (lift * inside["orders"] * inside["margin"]).sum()
    return max(thresholds, key=gain)
""",
        "looks at the net a member, not in all": """
def best_threshold(members, thresholds, lift, cost):
    def net(t):
        inside = members[members["spend"] >= t]
        return (lift * inside["orders"] * inside["margin"]).mean() - cost
    return max(thresholds, key=net)
""",
    },
    "gold": {
        "believes the raw gap of members": """
member = year["tier"].isin(["gold", "black"])
gap = year.loc[member, "orders"].mean() / year.loc[~member, "orders"].mean() - 1
lower = today[today["spend"].between(300, 900, inclusive="left")]
gold = "keep"
gain_lost = gap * (lower["orders"] * lower["margin"]).mean()
""",
        "takes too wide a window at the threshold": """
treated = year[year["arm"] == 1]
gap = loyalty.threshold_gap(treated, cutoff=300, width=300)[0]
lift = gap / treated.loc[treated["spend"] < 300, "orders"].mean()
lower = today[today["spend"].between(300, 900, inclusive="left")]
gold = "keep"
gain_lost = lift * (lower["orders"] * lower["margin"]).mean()
""",
        "counts revenue instead of margin": """
lower = today[today["spend"].between(300, 900, inclusive="left")]
gold = "keep"
gain_lost = 0.31 * (lower["orders"] * lower["amount"]).mean()
""",
        "judges gold by its average member": """
entitled = year[year["tier"] == "gold"].assign(cost=0.0)
found = loyalty.privilege_return(entitled, before="before")
gold = "drop" if found.gain < 70 else "keep"
gain_lost = found.gain
""",
        "takes all the members' margin for the privileges' doing": """
lower = today[today["spend"].between(300, 900, inclusive="left")]
gold = "keep"
gain_lost = (lower["orders"] * lower["margin"]).mean() * 1.31
""",
    },
}

RIGHT = {
    "keep": {
        "condition by condition, as a Series": """
def to_keep(buyers):
    for_long = buyers[buyers["recency"] > buyers["recency"].mean()]
    often = for_long[for_long["frequency"] > buyers["frequency"].mean()]
    return often.loc[often["monetary"] > buyers["monetary"].mean(), "customer_id"]
""",
        "in NumPy, in another order": """
def to_keep(buyers):
    values = buyers[["recency", "frequency", "monetary"]].to_numpy(dtype=float)
    above = (values > values.mean(axis=0)).all(axis=1)
    return list(buyers["customer_id"].to_numpy()[above])[::-1]
""",
        "with query, as an array": """
def to_keep(buyers):
    return buyers.query(
        "recency > recency.mean() and frequency > frequency.mean() and monetary > monetary.mean()"
    )["customer_id"].to_numpy()
""",
    },
    "back": {
        "as a weighted mean": """
def back_at(cohorts, age):
    rows = cohorts[cohorts["age"] == age]
    return np.average(rows["customers"] / rows["size"], weights=rows["size"])
""",
        "in a loop, rounded": """
def back_at(cohorts, age):
    bought = people_there = 0
    for row in cohorts.itertuples():
        if row.age == age:
            bought += row.customers
            people_there += row.size
    return round(bought / people_there, 5)
""",
    },
    "invite": {
        "over half a year, as a Series": """
def invite(past, n):
    model = loyalty.BGNBD().fit(past["frequency"], past["recency"], past["T"])
    ahead = past.assign(e=model.predict(past["frequency"], past["recency"], past["T"], 182))
    return ahead.nlargest(n, "e")["customer_id"]
""",
        "by the rate of a living customer times P(alive)": """
def invite(past, n):
    model = loyalty.BGNBD().fit(past["frequency"], past["recency"], past["T"])
    alive = model.p_alive(past["frequency"], past["recency"], past["T"])
    rate = (model.r_ + past["frequency"]) / (model.alpha_ + past["T"])
    best = (alive * rate).sort_values(ascending=False).index[:n]
    return past.loc[best, "customer_id"].to_numpy()
""",
    },
    "lift": {
        "by plain means of the two arms": """
def privilege_lift(year):
    entitled = year[year["tier"].isin(["gold", "black"])]
    mean = entitled.groupby("arm")["orders"].mean()
    return mean[1] / mean[0] - 1
""",
        "rounded, by hand": """
def privilege_lift(year):
    entitled = year.query("tier == 'gold' or tier == 'black'")
    treated, control = entitled[entitled["arm"] == 1], entitled[entitled["arm"] == 0]
    return round(treated["orders"].mean() / control["orders"].mean() - 1, 2)
""",
    },
    "threshold": {
        "in a loop": """
def best_threshold(members, thresholds, lift, cost):
    best, most = None, -np.inf
    for t in thresholds:
        inside = members[members["spend"] >= t]
        net = lift * (inside["orders"] * inside["margin"]).sum() - cost * len(inside)
        if net > most:
            best, most = t, net
    return best
""",
        "member by member, cumulated": """
def best_threshold(members, thresholds, lift, cost):
    net = lift * members["orders"] * members["margin"] - cost
    totals = {t: net[members["spend"] >= t].sum() for t in thresholds}
    return np.float64(max(totals, key=totals.get))
""",
    },
    "gold": {
        "by plain means, in Chinese": """
entitled = year[year["tier"].isin(["gold", "black"])]
mean = entitled.groupby("arm")["orders"].mean()
lower = today[today["spend"].between(300, 900, inclusive="left")]
gold = "提高"
gain_lost = (mean[1] / mean[0] - 1) * (lower["orders"] * lower["margin"]).mean()
""",
        "by the lift of margin": """
entitled = year[year["tier"].isin(["gold", "black"])].assign(cost=0.0)
found = loyalty.privilege_return(entitled, before="before")
lower = today[(today["spend"] >= 300) & (today["spend"] < 900)]
gold = "Raise"
gain_lost = found.lift * lower["orders"].mean() * lower["margin"].mean()
""",
    },
}
