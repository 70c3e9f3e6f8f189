"""The real quarters that section 1.2's tests stand on."""

from __future__ import annotations

import pandas as pd
import pytest

from ecomlab.datasets import data


@pytest.fixture(scope="module")
def quarters() -> pd.Series:
    """US retail e-commerce, not seasonally adjusted, as the course ships it."""
    return data("market/us_retail_ecommerce_quarterly").set_index("date")["sales_usd_mn"]


@pytest.fixture(scope="module")
def real_quarters(refdata) -> pd.Series:
    """The same from the checks' own copy."""
    table = pd.read_csv(refdata / "market" / "us_census_ecommerce_nsa.csv", parse_dates=["date"])
    return table.set_index("date")["ecom_nsa_musd"]
