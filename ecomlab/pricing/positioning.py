"""2.1 Finding the market and whom to serve in it (市场定位与目标用户)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab import arguments
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
#: Lines a buyer must have; the most personas that are tried.
_LEAST, _MOST = 5, 8
_STARTS, _STEPS, _CLOSE = 2, 200, 1e-6
#: A persona's spread is at least this share of everybody's: nobody is a persona of one.
_NARROWEST = 0.05


@dataclass(frozen=True, repr=False)
class Personas:
    """Groups of buyers who are alike, and what each is like.

    Attributes
    ----------
    profiles
        One row a persona, the largest first: `customers`, `share`, `age`, `age_sd`, `women`
        (share), `tier` (how dear the goods are that they buy, log of price against the category's
        mean), `orders` (lines bought a head), `favourites` (the categories they buy more than
        others do), and `regions` likewise where the customers' table has a region.
    members
        One row a buyer who was sorted: `customer_id`, `persona` (a row of ``profiles``),
        `probability` of belonging there.
    criteria
        One row a number of personas tried: `bic` (the mixture's, least is best) and `silhouette`
        (of k-means, most is best: the criterion that misleads here).
    """

    profiles: pd.DataFrame
    members: pd.DataFrame
    criteria: pd.DataFrame

    @property
    def k(self) -> int:
        """How many personas there are."""
        return len(self.profiles)

    def __repr__(self) -> str:
        return f"Personas(k={self.k}, customers={len(self.members)})"

    def _repr_html_(self) -> str:
        return self.profiles.round(3).to_html()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Buyers by age and price tier, coloured by persona."""
        import matplotlib.pyplot as plt

        from ecomlab.style import COLOURS

        ax = plt.subplots()[1] if ax is None else ax
        for persona, mine in self.members.groupby("persona"):
            ax.scatter(
                mine["age"],
                mine["tier"],
                s=6,
                alpha=0.35,
                color=COLOURS[int(persona) % len(COLOURS)],
                label=say(en=f"persona {persona}", zh=f"画像 {persona}"),
            )
        ages = ", ".join(f"{age:.0f}" for age in np.sort(self.profiles["age"]))
        ax.set_title(
            say(
                en=f"{self.k} personas, of mean age {ages}",
                zh=f"{self.k} 类用户画像，平均年龄 {ages} 岁",
            )
        )
        ax.set_xlabel(say(en="age (years)", zh="年龄（岁）"))
        ax.set_ylabel(
            say(en="price tier (log of price to category mean)", zh="价位（相对类目均价的对数）")
        )
        ax.legend(markerscale=3)
        return ax


def personas(
    customers: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    k: int | None = None,
    min_lines: int = _LEAST,
) -> Personas:
    """Sort buyers into personas (用户画像) by a mixture of age, price tier, sex and region.

    Parameters
    ----------
    customers
        One row a customer: `customer_id`, `age` (years), `sex`, and `region` if there is one.
    orders
        One row a line bought: `customer_id`, `category`, `price` (CNY a unit).
    k
        How many personas; if None as many as the Bayesian information criterion prefers, 1 to 8.
    min_lines
        Buyers of fewer lines are left out: their habits cannot be told.

    Returns
    -------
    Personas

    Raises
    ------
    TypeError, ValueError
        If a column is absent, a value missing or not above 0, a buyer is not in `customers`, or
        too few buyers are left.

    Notes
    -----
    Latent classes with normal traits and labels that are independent within a class, fitted by
    expectation and maximisation from several starts: Vermunt and Magidson (2002), Applied Latent
    Class Analysis, 89-106; number of classes by Schwarz (1978), Annals of Statistics 6, 461-464.
    Habits by category are described, not sorted by: everybody has a favourite of their own, and a
    mixture would find the favourites instead of the people.

    Examples
    --------
    >>> import pandas as pd
    >>> young, old = [20, 21, 22, 23] * 5, [60, 61, 62, 63] * 5
    >>> people = pd.DataFrame(
    ...     {"customer_id": range(40), "age": young + old, "sex": ["f", "m"] * 20}
    ... )
    >>> lines = pd.DataFrame(
    ...     {"customer_id": [*range(40)] * 5, "category": "tea", "price": [9.0] * 80 + [11.0] * 120}
    ... )
    >>> sorted(personas(people, lines, k=2).profiles["age"])
    [21.5, 61.5]
    """
    import pandas as pd

    buyers, lines = _buyers(customers, orders, min_lines)
    numbers, labels = _traits(buyers)
    most = min(_MOST, len(buyers) // 10)
    if k is not None:
        k = arguments.whole(k, "k", most=most, unit=f"with {len(buyers)} buyers")
    tried: list[_Mixture] = []
    for many in range(1, most + 1):
        tried.append(_mixture(numbers, labels, many))
        best = min(range(len(tried)), key=lambda i: tried[i].bic)
        if len(tried) > max(best + 2, k or 0):
            break  # two more classes have not helped
    counts = range(1, len(tried) + 1)
    criteria = pd.DataFrame(
        {
            "bic": [fit.bic for fit in tried],
            "silhouette": [_silhouette(numbers, labels, many) for many in counts],
        },
        index=pd.Index(counts, name="k"),
    )
    chosen = tried[best if k is None else k - 1]
    sizes = np.bincount(chosen.belongs.argmax(axis=1), minlength=chosen.belongs.shape[1])
    order = np.argsort(-sizes, kind="stable")
    belongs = chosen.belongs[:, order[sizes[order] > 0]]
    members = buyers[["customer_id", "age", "tier"]].assign(
        persona=belongs.argmax(axis=1), probability=belongs.max(axis=1)
    )
    return Personas(_profiles(buyers, lines, members), members.reset_index(drop=True), criteria)


def _buyers(
    customers: pd.DataFrame, orders: pd.DataFrame, min_lines: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those who bought enough, with their price tier and number of lines; and their lines."""
    for name in ("customer_id", "sex"):
        arguments.labels(customers, name, "customers")
    for name in ("customer_id", "category"):
        arguments.labels(orders, name, "orders")
    arguments.column(customers, "age", "customers", above=0, unit="years")
    arguments.column(orders, "price", "orders", above=0, unit="CNY")
    min_lines = arguments.whole(min_lines, "min_lines")
    if (twice := customers["customer_id"].duplicated().to_numpy()).any():
        raise ValueError(f"customer {customers['customer_id'].to_numpy()[twice][0]} comes twice")
    unknown = ~orders["customer_id"].isin(customers["customer_id"]).to_numpy()
    if unknown.any():
        raise ValueError(
            f"customer {orders['customer_id'].to_numpy()[unknown][0]} of orders is not listed "
            "in customers"
        )
    log_price = np.log(orders["price"].astype(float))
    usual = log_price.groupby(orders["category"], observed=True).transform("mean")
    lines = orders[["customer_id", "category"]].assign(tier=log_price - usual)
    habits = lines.groupby("customer_id").agg(tier=("tier", "mean"), orders=("tier", "size"))
    habits = habits[habits["orders"] >= min_lines]
    if len(habits) < 20:
        raise ValueError(
            f"only {len(habits)} customers bought {min_lines} lines or more; 20 are needed"
        )
    kept = customers[[c for c in ("customer_id", "age", "sex", "region") if c in customers]]
    buyers = kept.merge(habits, left_on="customer_id", right_index=True)
    buyers = buyers.sort_values("customer_id").reset_index(drop=True)
    return buyers, lines[lines["customer_id"].isin(buyers["customer_id"])]


def _traits(buyers: pd.DataFrame) -> tuple[Floats, list[NDArray[np.int64]]]:
    """Standardised age and price tier, shape (buyers, 2); labels as codes, one array a column."""
    import pandas as pd

    numbers = buyers[["age", "tier"]].to_numpy(dtype=float)
    spread = numbers.std(axis=0)
    numbers = (numbers - numbers.mean(axis=0)) / np.where(spread > 1e-9, spread, 1)
    named = [pd.factorize(buyers[c], sort=True)[0] for c in ("sex", "region") if c in buyers]
    return numbers, [codes.astype(np.int64) for codes in named]


@dataclass(frozen=True)
class _Mixture:
    """A fitted mixture: its criterion, and each buyer's probability of each class."""

    bic: float
    belongs: Floats


def _mixture(numbers: Floats, labels: Sequence[NDArray[np.int64]], k: int) -> _Mixture:
    """The best of several fits of k latent classes."""
    from scipy.special import logsumexp
    from sklearn.cluster import KMeans

    n, width = numbers.shape
    one_hot = [np.eye(int(codes.max()) + 1)[codes] for codes in labels]
    best, belongs = -np.inf, np.ones((n, k))
    for start in range(_STARTS if k > 1 else 1):
        first = KMeans(k, n_init=1, random_state=start).fit_predict(numbers)
        now, reached = np.eye(k)[first], -np.inf
        for _ in range(_STEPS):
            log_p = _log_density(numbers, one_hot, now)
            total = logsumexp(log_p, axis=1)
            now = np.exp(log_p - total[:, None])
            if total.sum() - reached < _CLOSE * abs(reached):
                break
            reached = float(total.sum())
        if reached > best:
            best, belongs = reached, now
    free = k - 1 + 2 * k * width + k * sum(h.shape[1] - 1 for h in one_hot)
    return _Mixture(float(free * np.log(n) - 2 * best), belongs)


def _log_density(numbers: Floats, one_hot: Sequence[Floats], belongs: Floats) -> Floats:
    """Log of each class's share and density for each buyer, the classes re-estimated."""
    weight = belongs.sum(axis=0) + 1e-9
    mean = (belongs.T @ numbers) / weight[:, None]
    square = (belongs.T @ numbers**2) / weight[:, None]
    variance = np.maximum(square - mean**2, _NARROWEST**2)
    log_p = np.log(weight / weight.sum()) - 0.5 * np.log(2 * np.pi * variance).sum(axis=1)
    log_p = log_p - 0.5 * (((numbers[:, None] - mean) ** 2) / variance).sum(axis=2)
    for seen in one_hot:
        share = (belongs.T @ seen + 1) / (weight[:, None] + seen.shape[1])
        log_p = log_p + seen @ np.log(share).T
    return log_p


def _silhouette(numbers: Floats, labels: Sequence[NDArray[np.int64]], k: int) -> float:
    """The silhouette of k-means on everything as numbers, on a thousand buyers at most."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    if k < 2:
        return np.nan
    as_numbers = np.column_stack([numbers, *(np.eye(int(c.max()) + 1)[c] for c in labels)])
    group = KMeans(k, n_init=2, random_state=0).fit_predict(as_numbers)
    few = np.linspace(0, len(numbers) - 1, min(len(numbers), 1_000)).astype(int)
    if len(np.unique(group[few])) < 2:
        return np.nan
    return float(silhouette_score(as_numbers[few], group[few]))


def _profiles(buyers: pd.DataFrame, lines: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """What the members of each persona are like."""
    persona = members["persona"].to_numpy()
    women = buyers["sex"].astype(str).str.lower().str.startswith(("f", "w", "女"))
    grouped = buyers.assign(women=women).groupby(persona)
    table = grouped.agg(
        customers=("age", "size"),
        age=("age", "mean"),
        age_sd=("age", "std"),
        women=("women", "mean"),
        tier=("tier", "mean"),
        orders=("orders", "mean"),
    )
    table.insert(1, "share", table["customers"] / table["customers"].sum())
    of = dict(zip(members["customer_id"], persona, strict=True))
    table["favourites"] = _typical(lines["category"], lines["customer_id"].map(of), 3)
    if "region" in buyers:
        table["regions"] = _typical(buyers["region"], persona, 2)
    return table.rename_axis("persona")


def _typical(label: pd.Series, persona: pd.Series | NDArray, many: int) -> pd.Series:
    """The labels that are commonest among a persona's compared with everybody's."""
    import pandas as pd

    counts = pd.crosstab(np.asarray(persona), label.astype(str).to_numpy())
    more = counts.div(counts.sum(axis=1), axis=0) / (counts.sum() / counts.to_numpy().sum())
    return more.apply(lambda row: ", ".join(row.sort_values(ascending=False).index[:many]), axis=1)
