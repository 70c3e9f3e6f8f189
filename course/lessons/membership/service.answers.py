"""What students answer in 4.2: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "saving": {
        "trained minus untrained: those who needed it were sent": """
sent = tickets["agent_id"].isin(agents.loc[agents["trained_on"].notna(), "agent_id"])
since = tickets["opened_at"] >= "2025-01-01"
saving = 1 - tickets.loc[since & sent, "handle"].mean() / tickets.loc[since & ~sent, "handle"].mean()
""",
        "takes the effect on the logarithm for the share": """
saving = -service.training_effect(tickets, shop.assignments).loc["training", "effect"]
""",
        "all chats before against all after, the untrained among them": """
early = tickets[tickets["opened_at"] < "2024-05-20"]["handle"].mean()
saving = 1 - tickets[tickets["opened_at"] >= "2025-01-01"]["handle"].mean() / early
""",
        "turns the sign around": """
saving = service.training_effect(tickets, shop.assignments).loc["training", "rate"]
""",
        "gives a percentage": """
saving = -100 * service.training_effect(tickets, shop.assignments).loc["training", "rate"]
""",
    },
    "next-two": {
        "sends the slowest again, who were trained already": """
next_two = list(workload["handle"].nlargest(2).index)
hours = (workload.loc[next_two, "chats"] * workload.loc[next_two, "handle"]).sum() / 3600
""",
        "sends the best, as a reward": """
rest = workload[workload["trained_on"].isna()]
next_two = list(rest["handle"].nsmallest(2).index)
hours = (rest.loc[next_two, "chats"] * rest.loc[next_two, "handle"]).sum() / 3600
""",
        "counts one chat, not the year": """
rest = workload[workload["trained_on"].isna()]
next_two = list((rest["chats"] * rest["handle"]).nlargest(2).index)
hours = rest.loc[next_two, "handle"].sum()
""",
        "leaves the hours in minutes": """
rest = workload[workload["trained_on"].isna()]
worked = (rest["chats"] * rest["handle"] / 60).nlargest(2)
next_two, hours = list(worked.index), worked.sum()
""",
    },
    "keeps": {
        "looks at the mean": """
def keeps(replies, seconds, share):
    return sum(replies) / len(replies) <= seconds
""",
        "leaves out a reply after exactly the promised time": """
def keeps(replies, seconds, share):
    return sum(r < seconds for r in replies) / len(replies) >= share
""",
        "asks for more than the promised share": """
def keeps(replies, seconds, share):
    return sum(r <= seconds for r in replies) / len(replies) > share
""",
        "asks for every reply": """
def keeps(replies, seconds, share):
    return max(replies) <= seconds
""",
        "gives the share itself": """
def keeps(replies, seconds, share):
    return sum(r <= seconds for r in replies) / len(replies)
""",
    },
    "gaps": {
        "expected minus perceived": """
gaps = -service.servqual(expected, perceived)["gap"]
short = list(gaps.nlargest(2).index)
""",
        "goes by what people expect most": """
found = service.servqual(expected, perceived)
gaps = found["gap"]
short = ["reliability", "assurance"]
""",
        "takes the smallest gaps": """
gaps = service.servqual(expected, perceived)["gap"]
short = list(gaps.nlargest(2).index)
""",
        "gives the gap as a share of what was expected": """
found = service.servqual(expected, perceived)
gaps = found["perceived"] / found["expected"] - 1
short = list(gaps.nsmallest(2).index)
""",
    },
    "evening": {
        "measures to the end of the chat": """
reply_time = (evening["closed_at"] - evening["opened_at"]).dt.total_seconds().mean()
within_30 = (evening["first_reply"] <= 30).mean()
inquiry_rate = evening.loc[~evening["after_sale"], "ordered"].mean()
""",
        "counts the chats after a sale as inquiries that order": """
reply_time = evening["first_reply"].mean()
within_30 = (evening["first_reply"] <= 30).mean()
inquiry_rate = evening["ordered"].mean()
""",
        "divides by all chats": """
reply_time = evening["first_reply"].mean()
within_30 = (evening["first_reply"] <= 30).mean()
inquiry_rate = (evening["ordered"] & ~evening["after_sale"]).mean()
""",
        "leaves out a reply after exactly 30 seconds": """
reply_time = evening["first_reply"].mean()
within_30 = (evening["first_reply"] < 30).mean()
inquiry_rate = evening.loc[~evening["after_sale"], "ordered"].mean()
""",
        "takes the median for the mean": """
reply_time = evening["first_reply"].median()
within_30 = (evening["first_reply"] <= 30).mean()
inquiry_rate = evening.loc[~evening["after_sale"], "ordered"].mean()
""",
    },
    "roster": {
        "plans with the day's mean hour": """
plan = service.agents_needed(forecast.mean(), 3600, chat_seconds, target=0.8, within=20, shrinkage=0.2, concurrency=3)
roster, positions = [plan.agents] * 3, plan.positions
""",
        "keeps everybody busy all the time": """
roster = [math.ceil(forecast[h] * chat_seconds / 3600 / 3) for h in (19, 20, 21)]
positions = math.ceil(roster[2] / 0.8)
""",
        "forgets that an agent holds three chats": """
plans = [service.agents_needed(forecast[h], 3600, chat_seconds, target=0.8, within=20, shrinkage=0.2) for h in (19, 20, 21)]
roster, positions = [p.agents for p in plans], plans[2].positions
""",
        "gives every hour the team of the busiest": """
plan = service.agents_needed(forecast[21], 3600, chat_seconds, target=0.8, within=20, shrinkage=0.2, concurrency=3)
roster, positions = [plan.agents] * 3, plan.positions
""",
        "adds the shrinkage instead of dividing by what is left": """
plans = [service.agents_needed(forecast[h], 3600, chat_seconds, target=0.8, within=20, concurrency=3) for h in (19, 20, 21)]
roster = [p.agents for p in plans]
positions = roster[2]
""",
        "plans with this year's chats": """
plans = [service.agents_needed(forecast[h] / 4, 3600, chat_seconds, target=0.8, within=20, shrinkage=0.2, concurrency=3) for h in (19, 20, 21)]
roster, positions = [p.agents for p in plans], plans[2].positions
""",
    },
}

RIGHT = {
    "saving": {
        "rounded": """
saving = 0.25
""",
        "the trained agents' own medians, before and after": """
start = tickets["agent_id"].map(agents.set_index("agent_id")["trained_on"])
own = tickets[start.notna()]
after = own["opened_at"] >= start[start.notna()]
middle = own.groupby(["agent_id", after])["handle"].median().unstack()
saving = 1 - (middle[True] / middle[False]).mean()
""",
        "agents' dummies by least squares, through the exponential": """
start = tickets["agent_id"].map(agents.set_index("agent_id")["trained_on"])
x = pd.get_dummies(tickets["agent_id"].astype(str), dtype=float)
x["trained"] = (tickets["opened_at"] >= start).astype(float)
x["after"] = tickets["after_sale"].astype(float)
coefficients = np.linalg.lstsq(x.to_numpy(), np.log(tickets["handle"].to_numpy()), rcond=None)[0]
saving = 1 - np.exp(coefficients[-2])
""",
    },
    "next-two": {
        "as a set, rounded": """
rest = workload[workload["trained_on"].isna()]
worked = (rest["chats"] * rest["handle"] / 3600).sort_values()[-2:]
next_two = set(worked.index)
hours = round(worked.sum())
""",
        "from the chats themselves": """
free = agents.loc[agents["trained_on"].isna(), "agent_id"]
theirs = year[year["agent_id"].isin(free)].groupby("agent_id")["handle"].sum() / 3600
next_two = theirs.nlargest(2).index.to_numpy()
hours = theirs.nlargest(2).sum()
""",
    },
    "keeps": {
        "with NumPy": """
def keeps(replies, seconds, share):
    return np.mean(np.asarray(replies) <= seconds) >= share
""",
        "by counting the late": """
def keeps(replies, seconds, share):
    late = len([r for r in replies if r > seconds])
    return len(replies) - late >= share * len(replies)
""",
    },
    "gaps": {
        "by hand, as a dict": """
ask = expected.groupby("question")["answer"].mean()
find = perceived.groupby("question")["answer"].mean()
gaps = {d: round(float(find[d] - ask[d]), 2) for d in ask.index}
short = sorted(gaps, key=gaps.get)[:2]
""",
        "paired by respondent, in the other order": """
both = expected.merge(perceived, on=["respondent_id", "question"])
gaps = (both["answer_y"] - both["answer_x"]).groupby(both["question"]).mean()
short = tuple(gaps.nsmallest(2).index[::-1])
""",
    },
    "evening": {
        "with the course's function": """
told = service.service_report(evening).loc["all"]
reply_time, within_30 = told["first_reply"], told["replied_in_time"]
inquiry_rate = told["inquiry_conversion"]
""",
        "rounded": """
reply_time = round(evening["first_reply"].mean(), 1)
within_30 = round((evening["first_reply"] <= 30).mean(), 2)
inquiry_rate = round(evening[~evening["after_sale"]]["ordered"].mean(), 3)
""",
    },
    "roster": {
        "by places, as a Series": """
def places(calls):
    load = calls * chat_seconds / 3600
    n = 3
    while n <= load or service.service_level(n, load, handle_time=chat_seconds, within=20) < 0.8:
        n += 3
    return n // 3

roster = pd.Series({h: places(forecast[h]) for h in (19, 20, 21)})
positions = np.ceil(roster[21] / 0.8)
""",
        "as a dict of floats": """
roster = {h: float(service.agents_needed(forecast[h], 60, chat_seconds / 60, target=0.8, within=1 / 3, concurrency=3).agents)
          for h in (19, 20, 21)}
positions = math.ceil(roster[21] * 1.25)
""",
    },
}
