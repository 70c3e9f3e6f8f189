"""The published figures: restated to the printed digits, each with its source and vintage."""

from __future__ import annotations

import pandas as pd
import pytest

from ecomlab.datasets import data, folder

MARKET = sorted(f"market/{path.stem}" for path in folder().glob("market/*.csv"))


def figure(table: str, column: str, **where: object) -> float:
    """The one figure in a column where other columns have the given values."""
    rows = data(f"market/{table}")
    for key, value in where.items():
        rows = rows[rows[key] == value]
    assert len(rows) == 1
    return rows[column].item()


@pytest.mark.parametrize("name", MARKET)
def test_every_figure_has_its_source_and_vintage(name):
    table = data(name)
    assert len(table)
    assert table.columns[-2:].tolist() == ["source", "vintage"]
    assert table[["source", "vintage"]].notna().all(axis=None)
    assert table["vintage"].astype(str).str.fullmatch(r"20\d\d(-[01]\d)?").all()


@pytest.mark.parametrize("name", MARKET)
def test_no_row_is_repeated_and_time_rises(name):
    table = data(name)
    time = table.columns[0]
    keys = [c for c in table.columns if c in (time, "region", "company")]
    assert not table.duplicated(keys).any()
    assert table[time].is_monotonic_increasing


@pytest.mark.parametrize(
    ("table", "column", "published"),
    [
        (
            "us_retail_ecommerce",
            "sales_usd_mn",
            {
                2000: 27_415,
                2010: 169_131,
                2019: 569_424,
                2020: 807_100,
                2021: 950_543,
                2022: 1_012_215,
                2023: 1_101_661,
            },
        ),
        (
            "china_online_retail",
            "sales_cny_bn",
            {2019: 10_632.4, 2023: 15_420, 2024: 15_522.5, 2025: 15_970},
        ),
        ("china_online_retail", "printed_growth_pct", {2024: 7.2, 2025: 8.6}),
        ("china_online_retail", "physical_share_pct", {2024: 26.8}),
        ("world_retail_ecommerce", "sales_usd_bn", {2015: 1672, 2016: 1915, 2024: 6334}),
        ("world_retail_ecommerce", "printed_growth_pct", {2016: 23.7}),
        ("world_retail_ecommerce", "share_pct", {2015: 7.3, 2016: 8.7, 2024: 20.1}),
    ],
)
def test_years_are_as_published(table, column, published):
    assert {year: figure(table, column, year=year) for year in published} == published


@pytest.mark.parametrize(("date", "sales"), [("2020-04-01", 211_804), ("2024-10-01", 308_910)])
def test_us_quarters_are_as_published(date, sales):
    at = pd.Timestamp(date)
    assert figure("us_retail_ecommerce_adjusted", "sales_usd_mn", date=at) == sales
    assert figure("us_retail_ecommerce_adjusted", "share_pct", date=at) == 16.4


def test_asia_led_growth_in_2015_and_2016_and_latin_america_in_2024():
    regions = data("market/regional_growth").sort_values("printed_growth_pct")
    fastest = regions.groupby("year")["region"].last()
    assert fastest.to_dict() == {
        2015: "Asia-Pacific",
        2016: "Asia-Pacific",
        2024: "Latin America",
    }
    rates = regions[regions["year"] == 2024].set_index("region")["printed_growth_pct"]
    assert rates.to_dict() == {"Western Europe": 6.4, "Latin America": 15.8}


def test_us_years_are_the_sums_of_their_adjusted_quarters():
    quarters = data("market/us_retail_ecommerce_adjusted")
    whole = quarters[quarters["date"].dt.year >= 2000]
    sums = whole.groupby(whole["date"].dt.year)["sales_usd_mn"].sum()
    years = data("market/us_retail_ecommerce").set_index("year")["sales_usd_mn"]
    assert sums.to_dict() == years.to_dict()


@pytest.mark.parametrize(
    ("table", "file", "column"),
    [
        ("us_retail_ecommerce_quarterly", "us_census_ecommerce_nsa", "ecom_nsa_musd"),
        ("us_retail_ecommerce_adjusted", "us_census_ecommerce_quarterly", "ecom_sa_musd"),
    ],
)
def test_us_quarters_are_the_bureaus(refdata, table, file, column):
    real = pd.read_csv(refdata / "market" / f"{file}.csv", parse_dates=["date"])
    ours = data(f"market/{table}")
    assert ours["date"].tolist() == real["date"].tolist()
    assert ours["sales_usd_mn"].tolist() == real[column].tolist()


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=r"'market/mars'; there are: .*market/china_online_retail"):
        data("market/mars")
