"""What privileges bring: from a hold-out, and what the usual short cuts make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecomlab import panel
from ecomlab.arguments import amount, column, refuse
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class PrivilegeReturn:
    """What a year of privileges does to a member, on average over those entitled.

    Attributes
    ----------
    control, treated
        Mean margin of the held out and of those with privileges, CNY a head.
    gain, gain_se
        What privileges add to the margin, CNY a head, and its standard error.
    lift
        ``gain`` as a share of the margin without privileges.
    cost
        What privileges cost, CNY a head.
    net, lower, upper
        ``gain`` less ``cost``, CNY a head, and its interval at ``level``.
    sizes
        Customers held out, and with privileges.
    level
        Of the interval.
    """

    control: float
    treated: float
    gain: float
    gain_se: float
    lift: float
    cost: float
    net: float
    lower: float
    upper: float
    sizes: tuple[int, int]
    level: float

    @property
    def verdict(self) -> str:
        """Whether the privileges pay for themselves, in a sentence."""
        if self.lower > 0:
            return say(en="The privileges pay for themselves.", zh="会员特权能收回成本。")
        if self.upper < 0:
            return say(en="The privileges cost more than they bring.", zh="会员特权入不敷出。")
        return say(
            en="The hold-out cannot tell whether the privileges pay.",
            zh="从留出实验还看不出会员特权是否划算。",
        )

    def __repr__(self) -> str:
        return (
            f"PrivilegeReturn(gain={self.gain:.4g}, gain_se={self.gain_se:.3g}, "
            f"lift={self.lift:.3g}, cost={self.cost:.4g}, net={self.net:.4g}, sizes={self.sizes})"
        )

    def _repr_html_(self) -> str:
        rows = {
            say(en="margin without, CNY a head", zh="无特权毛利（元／人）"): f"{self.control:,.1f}",
            say(en="added by privileges", zh="特权带来的增量毛利"): f"{self.gain:+,.1f}",
            say(en="lift", zh="提升"): f"{self.lift:+.1%}",
            say(en="cost of privileges", zh="特权成本"): f"{self.cost:,.1f}",
            say(
                en="net", zh="净收益"
            ): f"{self.net:+,.1f} ({self.lower:+,.1f} … {self.upper:+,.1f})",
            say(en="customers, held out / with", zh="人数，留出组／特权组"): (
                f"{self.sizes[0]:,} / {self.sizes[1]:,}"
            ),
        }
        body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows.items())
        return f"<table>{body}</table><p>{self.verdict}</p>"

    def plot(self) -> Figure:
        """Gain, cost and net a head, with the interval of the net."""
        from matplotlib.figure import Figure

        picture = Figure(figsize=(7.2, 3.0), layout="constrained")
        ax = picture.add_subplot()
        names = [
            say(en="added margin", zh="增量毛利"),
            say(en="cost", zh="成本"),
            say(en="net", zh="净收益"),
        ]
        colours = [COLOURS[0], COLOURS[4], COLOURS[2] if self.net > 0 else COLOURS[1]]
        error = [[0, 0, self.net - self.lower], [0, 0, self.upper - self.net]]
        ax.barh(names, [self.gain, -self.cost, self.net], color=colours, xerr=error)
        ax.axvline(0, color=COLOURS[6], linewidth=0.8)
        ax.invert_yaxis()
        ax.set_xlabel(say(en="CNY a member and year", zh="元／会员·年"))
        ax.set_title(self.verdict)
        return picture


def privilege_return(
    customers: pd.DataFrame,
    *,
    arm: str = "arm",
    margin: str = "margin",
    cost: str = "cost",
    before: str | None = None,
    level: float = 0.95,
) -> PrivilegeReturn:
    """Margin added by privileges net of their cost, from a hold-out among those entitled.

    Parameters
    ----------
    customers
        One row for each customer who was entitled when the hold-out began, whether ordering since
        or not: `arm` (1 with privileges, 0 held out), `margin` (of the period, before the cost of
        privileges) and `cost` (of the privileges enjoyed), CNY.
    arm, margin, cost
        What these columns are called in your table.
    before
        A column of behaviour before the hold-out, to take out what customers differed by already.
    level
        Of the interval.

    Returns
    -------
    PrivilegeReturn

    Raises
    ------
    ValueError
        If a column is absent or holds missing values, a cost is negative, an arm is neither 0 nor 1
        or has fewer than two customers.

    Notes
    -----
    Intention to treat: who lost the tier since stays in, as who keeps it is itself an effect.
    Errors are robust to unequal spread; the covariate enters as in Deng, Xu, Kohavi and Walker
    (2013).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> arm = rng.integers(0, 2, 4_000)
    >>> test = pd.DataFrame({"arm": arm, "margin": rng.gamma(2, 50 + 10 * arm), "cost": 8.0 * arm})
    >>> found = privilege_return(test)
    >>> bool(found.lower < 12 < found.upper)
    True
    """
    from scipy.special import ndtri

    level = amount(level, "level", above=0, below=1)
    side, value = (column(customers, c, "customers") for c in (arm, margin))
    paid = column(customers, cost, "customers", least=0)
    refuse(~np.isin(side, (0, 1)), customers[arm], f"customers: {arm!r}", "it must be 0 or 1")
    sizes = int((side == 0).sum()), int((side == 1).sum())
    if min(sizes) < 2:
        raise ValueError(f"{sizes[0]} customers held out and {sizes[1]} with privileges: too few")
    regressors = [side]
    if before is not None:
        earlier = column(customers, before, "customers")
        regressors.append(earlier - earlier.mean())
    rows = np.arange(len(side))
    x = np.column_stack(regressors)
    gained = panel.least_squares(value, x, cluster=rows)
    netted = panel.least_squares(value - paid, x, cluster=rows)
    gain, net, se = float(gained.coef[0]), float(netted.coef[0]), float(netted.se[0])
    control = float(value[side == 0].mean())
    reach = float(ndtri((1 + level) / 2)) * se
    return PrivilegeReturn(
        control=control,
        treated=float(value[side == 1].mean()),
        gain=gain,
        gain_se=float(gained.se[0]),
        lift=gain / control if control else float("nan"),
        cost=gain - net,
        net=net,
        lower=net - reach,
        upper=net + reach,
        sizes=sizes,
        level=level,
    )


def threshold_gap(
    customers: pd.DataFrame,
    *,
    cutoff: float,
    width: float,
    by: str = "spend",
    outcome: str = "orders",
) -> tuple[float, float]:
    """The mean outcome just above a threshold less that just below it.

    A narrow window compares people who are alike, and few; a wide one compares big spenders with
    small ones and takes the difference for the tier's doing.

    Parameters
    ----------
    customers
        One row a customer: `by` (CNY) and `outcome`.
    cutoff, width
        The threshold, and how far from it customers are compared on either side, CNY.
    by, outcome
        What these columns are called in your table.

    Returns
    -------
    gap, se
        In the outcome's unit.

    Raises
    ------
    ValueError
        If a column is absent or holds missing values, `width` is not above 0, or fewer than two
        customers are on a side.

    Notes
    -----
    The sharp design of Thistlethwaite and Campbell (1960) with a flat line on either side.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"spend": [280.0, 290, 305, 310], "orders": [2, 2, 3, 4]})
    >>> threshold_gap(members, cutoff=300, width=25)
    (1.5, 0.5)
    """
    reach = amount(width, "width", above=0)
    spend, y = (column(customers, c, "customers") for c in (by, outcome))
    below = y[(spend >= cutoff - reach) & (spend < cutoff)]
    above = y[(spend >= cutoff) & (spend < cutoff + reach)]
    if min(len(below), len(above)) < 2:
        raise ValueError(
            f"{len(below)} customers within {reach:g} below {cutoff:g} and {len(above)} above; "
            "widen the window"
        )
    error = np.sqrt(below.var(ddof=1) / len(below) + above.var(ddof=1) / len(above))
    return float(above.mean() - below.mean()), float(error)
