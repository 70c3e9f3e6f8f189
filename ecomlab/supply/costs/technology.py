"""What a new technology is worth: net present value, break-even, sensitivity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, whole
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TechnologyCase:
    """An investment that saves a little on every parcel.

    Attributes
    ----------
    price
        Paid at once, CNY.
    saving
        Saved on each parcel, CNY.
    volume
        Parcels in the first year.
    running
        Cost of running it for a year, CNY.
    years
        How long it works.
    rate
        Discount rate, a share of a year: 0.08 for 8 %.
    growth
        Growth of the volume a year, as a share: 0.05 for 5 %.
    residual
        What it is sold for at the end, CNY.
    """

    price: float
    saving: float
    volume: float
    running: float = 0.0
    years: int = 5
    rate: float = 0.08
    growth: float = 0.0
    residual: float = 0.0

    @property
    def flows(self) -> Floats:
        """Money in (or out) at the end of each year from 0 to `years`, CNY."""
        year = np.arange(self.years)
        saved = self.saving * self.volume * (1 + self.growth) ** year - self.running
        saved[-1] += self.residual
        return np.concatenate([[-self.price], saved])

    @property
    def npv(self) -> float:
        """Net present value, CNY: what it is worth today, all costs paid."""
        return float(self.flows @ (1 + self.rate) ** -np.arange(self.years + 1.0))

    @property
    def payback(self) -> float:
        """Years until the discounted flows have paid the price; infinite if they never do."""
        worth = np.cumsum(self.flows * (1 + self.rate) ** -np.arange(self.years + 1.0))
        reached = np.flatnonzero(worth >= -1e-9)
        if not len(reached):
            return float("inf")
        at = int(reached[0])
        return float(at - worth[at] / (worth[at] - worth[at - 1])) if at else 0.0

    @property
    def break_even_volume(self) -> float:
        """Parcels in the first year at which the net present value is 0."""
        per_parcel = replace(self, volume=1.0, running=0.0, price=0.0, residual=0.0).npv
        rest = replace(self, volume=0.0).npv
        return max(-rest / per_parcel, 0.0) if per_parcel > 0 else float("inf")

    def sensitivity(self, by: float = 0.2) -> pd.DataFrame:
        """The net present value when one assumption is off, the most telling first.

        Parameters
        ----------
        by
            By how much, as a share; 0 < by < 1.

        Returns
        -------
        pandas.DataFrame
            By assumption: `if_lower` and `if_higher` (net present value, CNY, with the
            assumption that share lower and higher), `swing` (their distance).
        """
        import pandas as pd

        by = amount(by, "by", above=0, below=1)
        rows = {}
        for name in ("price", "saving", "volume", "running", "rate"):
            value = getattr(self, name)
            low, high = (replace(self, **{name: value * f}).npv for f in (1 - by, 1 + by))
            rows[name] = {"if_lower": low, "if_higher": high, "swing": abs(high - low)}
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("assumption")
        # What is saved and how often weigh the same; rounding must not decide between them.
        place = (-table["swing"].round(4)).argsort(kind="stable")
        return table.iloc[place]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Net present value against the volume, break-even marked."""
        import matplotlib.pyplot as plt

        if ax is None:
            ax = plt.figure().add_subplot()
        edge = self.break_even_volume
        most = 2 * max(self.volume, edge if np.isfinite(edge) else 0.0, 1.0)
        ends = np.array([0.0, most])
        worth = np.array([replace(self, volume=v).npv for v in ends]) / 1e3
        unit = float(say(en="1e3", zh="1e4"))
        ax.plot(ends / unit, worth, color=COLOURS[0])
        ax.axhline(0, color=COLOURS[6], linewidth=1)
        ax.plot(self.volume / unit, self.npv / 1e3, "o", color=COLOURS[1], markersize=9,
                label=say(en="this case", zh="本方案"))  # fmt: skip
        if np.isfinite(edge):
            ax.axvline(edge / unit, color=COLOURS[2], linestyle="--",
                       label=say(en="break-even", zh="盈亏平衡点"))  # fmt: skip
        ax.set_xlabel(say(en="volume (thousand parcels a year)", zh="业务量（万件/年）"))
        ax.set_ylabel(say(en="net present value (CNY thousand)", zh="净现值（千元）"))
        ax.set_title(self.told(), loc="left")
        ax.legend(loc="best")
        return ax

    def told(self) -> str:
        """The case in one line."""
        edge = self.break_even_volume
        if not np.isfinite(edge):
            return say(en="It never pays: nothing is saved", zh="永远不划算：没有节约")
        if self.npv >= 0:
            return say(
                en=f"It pays: worth CNY {self.npv:,.0f} today, breaks even at {edge:,.0f} parcels",
                zh=f"划算：净现值 {self.npv:,.0f} 元，年业务量达到 {edge:,.0f} 件即可",
            )
        return say(
            en=f"It does not pay: CNY {self.npv:,.0f}; it needs {edge:,.0f} parcels a year",
            zh=f"不划算：净现值 {self.npv:,.0f} 元，年业务量要达到 {edge:,.0f} 件",
        )

    def _repr_html_(self) -> str:
        from ecomlab.terms import speak

        table = self.sensitivity().rename(index=assumptions())
        return f"<p>{self.told()}</p>{speak(table).round(0).to_html()}"


def assumptions() -> dict[str, str]:
    """What the assumptions of a case are called in the language in force."""
    return {
        "price": say(en="price", zh="投资额"),
        "saving": say(en="saving a parcel", zh="单件节约"),
        "volume": say(en="volume", zh="业务量"),
        "running": say(en="running cost", zh="运行费"),
        "rate": say(en="discount rate", zh="折现率"),
    }


def technology_case(
    price: float,
    saving: float,
    volume: float,
    *,
    running: float = 0.0,
    years: int = 5,
    rate: float = 0.08,
    growth: float = 0.0,
    residual: float = 0.0,
) -> TechnologyCase:
    """An investment case for a technology that saves a little on every parcel.

    Parameters
    ----------
    price, saving, volume, running, years, rate, growth, residual
        As the attributes of :class:`TechnologyCase`. Amounts are at least 0; years at least 1;
        rate and growth above -1 and at most 1.

    Returns
    -------
    TechnologyCase

    Raises
    ------
    TypeError, ValueError
        If a number is out of range; a rate above 1 is taken for one in per cent.

    Notes
    -----
    Flows come at the end of each year; Brealey, Myers, Allen, Principles of Corporate Finance,
    ch. 2: an annuity of 1 for 5 years at 10 % is worth 3.7908 today.

    Examples
    --------
    >>> case = technology_case(1_000, 0.5, 600, rate=0.10)
    >>> round(case.npv, 2), round(case.break_even_volume, 1), round(case.payback, 2)
    (137.24, 527.6, 4.26)
    >>> technology_case(1_000, 0.5, 600, rate=8)
    Traceback (most recent call last):
    ValueError: rate is 8, which is 800 % a year; a rate is a share: 0.08 for 8 %
    """
    given: dict[str, Any] = {
        name: amount(value, name, least=0)
        for name, value in {
            "price": price, "saving": saving, "volume": volume, "running": running,
            "residual": residual,
        }.items()
    }  # fmt: skip
    return TechnologyCase(
        **given,
        years=whole(years, "years"),
        rate=_yearly(rate, "rate"),
        growth=_yearly(growth, "growth"),
    )


def _yearly(value: Any, name: str) -> float:
    """A rate a year as a share; one that must have been meant in per cent is refused."""
    share = amount(value, name, above=-1)
    if share > 1:
        raise ValueError(
            f"{name} is {share:g}, which is {100 * share:g} % a year; a rate is a share: "
            "0.08 for 8 %"
        )
    return share
