"""Section 1.2: market size and growth trend.

Growth rates that may be compared, who drove them, how concentrated a market is, how a new thing
spreads, and how far a forecast can be trusted.
"""

from ecomlab.market.growth.backtesting import Backtest, backtest
from ecomlab.market.growth.decomposition import decompose, seasonal_strength
from ecomlab.market.growth.diffusion import BassFit, bass, bass_peak, fit_bass
from ecomlab.market.growth.festivals import (
    festival_windows,
    forecast_festivals,
    year_ago_growth,
)
from ecomlab.market.growth.forecasting import METHODS, forecast
from ecomlab.market.growth.rates import (
    Concentration,
    cagr,
    comparable_base,
    concentration,
    contribution,
    growth_table,
    periods_to_reach,
)

__all__ = [
    "METHODS",
    "Backtest",
    "BassFit",
    "Concentration",
    "backtest",
    "bass",
    "bass_peak",
    "cagr",
    "comparable_base",
    "concentration",
    "contribution",
    "decompose",
    "festival_windows",
    "fit_bass",
    "forecast",
    "forecast_festivals",
    "growth_table",
    "periods_to_reach",
    "seasonal_strength",
    "year_ago_growth",
]
