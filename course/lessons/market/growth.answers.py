"""What students answer in 1.2: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "cagr": {
        "counts the years, not the steps between them": """
def growth_per_year(first, last, first_year, last_year):
    return (last / first) ** (1 / (last_year - first_year + 1)) - 1
""",
        "shares the whole growth out evenly, without compounding": """
def growth_per_year(first, last, first_year, last_year):
    return (last / first - 1) / (last_year - first_year)
""",
        "forgets to take away the 1": """
def growth_per_year(first, last, first_year, last_year):
    return (last / first) ** (1 / (last_year - first_year))
""",
        "gives a percentage": """
def growth_per_year(first, last, first_year, last_year):
    return 100 * ((last / first) ** (1 / (last_year - first_year)) - 1)
""",
        "copies one number": """
def growth_per_year(first, last, first_year, last_year):
    return 1.0 if last_year - first_year == 1 else 0.1742
""",
    },
    "plan-growth": {
        "chains levels of two vintages": """
plan_rate = china.loc[2024, "sales_cny_bn"] / china.loc[2023, "sales_cny_bn"] - 1
base_2023 = china.loc[2023, "sales_cny_bn"]
""",
        "takes the printed rate, but the base of the other vintage": """
plan_rate = 0.072
base_2023 = china.loc[2023, "sales_cny_bn"]
""",
        "takes the percentage off instead of dividing by it": """
plan_rate = 0.072
base_2023 = china.loc[2024, "sales_cny_bn"] * (1 - plan_rate)
""",
        "takes the average since 2019, over the leap of 2020": """
plan_rate = growth.cagr(china.loc[2019, "sales_cny_bn"], china.loc[2024, "sales_cny_bn"], 5)
base_2023 = china.loc[2024, "sales_cny_bn"] / (1 + plan_rate)
""",
    },
    "top-quarter": {
        "takes the quarter's own growth for its share": """
top_quarter = "Q2"
top_share = 211804 / 137954 - 1
""",
        "takes the largest quarter": """
top_quarter = "Q4"
top_share = (220552 - 152673) / (807100 - 569424)
""",
        "takes the quarter's share of sales": """
top_quarter = "Q2"
top_share = 211804 / 807100
""",
        "mixes percentage points with the share": """
top_quarter = "Q2"
top_share = growth.contribution(quarters, by="quarter")["points"].iloc[0]
""",
    },
    "potential": {
        "takes the total so far for the ceiling": """
trusted = "kettle"
potential = sum(kettle)
""",
        "trusts a fit before the peak": """
trusted = "lamp"
potential = growth.fit_bass(lamp).m
""",
        "carries the latest quarter on for as long again": """
trusted = "kettle"
potential = sum(kettle) + 12 * kettle[-1]
""",
    },
    "moving-weeks": {
        "takes last year's weeks": """
as_last_year = growth.year_ago_growth(weekly, 9)["2026-01-05":]
rush_week, quiet_week = as_last_year.idxmax().start_time, as_last_year.idxmin().start_time
""",
        "leaves the festival where it stood in 2025": """
rush_week = "2026-01-12"
quiet_week = "2026-01-26"
""",
        "puts the rush into the festival's own week": """
rush_week = "2026-02-09"
quiet_week = "2026-02-16"
""",
        "puts the rest before the festival": """
rush_week = "2026-02-02"
quiet_week = "2026-02-09"
""",
    },
    "promise": {
        "adds the first year's growth every year": """
def first_year_above(level, year, growth, target):
    step = level * growth
    while level <= target:
        level, year = level + step, year + 1
    return year

promise = "no"
""",
        "plans with the best rate only": """
def first_year_above(level, year, growth, target):
    while level <= target:
        level, year = level * (1 + growth), year + 1
    return year

promise = "yes"
""",
        "grows once before looking": """
def first_year_above(level, year, growth, target):
    while True:
        level, year = level * (1 + growth), year + 1
        if level > target:
            return year

promise = "no"
""",
    },
}

RIGHT = {
    "cagr": {
        "with the course's function": """
def growth_per_year(first, last, first_year, last_year):
    return growth.cagr(first, last, last_year - first_year)
""",
        "through logarithms, as a NumPy number": """
def growth_per_year(first, last, first_year, last_year):
    return np.expm1(np.log(last / first) / (last_year - first_year))
""",
        "rounded to a hundredth of a percent": """
def growth_per_year(first, last, first_year, last_year):
    return round((last / first) ** (1 / (last_year - first_year)) - 1, 6)
""",
    },
    "plan-growth": {
        "by hand, rounded": """
plan_rate = 0.072
base_2023 = 14480
""",
        "as NumPy and pandas values": """
plan_rate = np.float64(7.2) / 100
base_2023 = china.loc[[2024], "sales_cny_bn"] / (1 + plan_rate)
""",
    },
    "top-quarter": {
        "by hand": """
changes = quarters.pivot(index="quarter", columns="year", values="sales").diff(axis=1)[2020]
top_quarter = changes.idxmax()
top_share = changes.max() / changes.sum()
""",
        "typed, rounded, in small letters": """
top_quarter = "q2"
top_share = 0.31
""",
    },
    "potential": {
        "rounded": """
trusted = "kettle"
potential = 400
""",
        "by least squares on the cumulative curve": """
from scipy.optimize import curve_fit

def curve(t, p, q, m):
    gone = np.exp(-(p + q) * t)
    return m * (1 - gone) / (1 + q / p * gone)

t = np.arange(1, len(kettle) + 1)
(p, q, m), _ = curve_fit(curve, t, np.cumsum(kettle), p0=[0.03, 0.4, 400])
trusted = "Kettle"
potential = m
""",
    },
    "moving-weeks": {
        "by counting from the festival's day": """
import datetime

new_year = datetime.date(2026, 2, 17)
rush_week = new_year - datetime.timedelta(days=15)
quiet_week = new_year - datetime.timedelta(days=1)
""",
        "as last year's days, moved with the festival": """
then, now = pd.Timestamp("2025-01-29"), pd.Timestamp("2026-02-17")
moved = daily.shift(freq=now - then)["2026-01-05":"2026-03-01"]
moved = moved.resample("W-MON", closed="left", label="left").sum()
rush_week, quiet_week = moved[:"2026-02-16"].idxmax(), moved.idxmin()
""",
    },
    "promise": {
        "by logarithms": """
def first_year_above(level, year, growth, target):
    if level > target:
        return year
    return year + int(np.floor(np.log(target / level) / np.log(1 + growth))) + 1

promise = "No"
""",
        "with the course's function": """
def first_year_above(level, year, growth, target):
    from ecomlab.market.growth import periods_to_reach

    return year if level > target else year + np.ceil(periods_to_reach(level, target, growth))

promise = "no"
""",
    },
}
