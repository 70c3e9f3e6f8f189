"""Section 1.1: kinds of e-commerce, told from plain facts alike on every engine."""

from __future__ import annotations

import warnings
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab import open_shop
from ecomlab.market.taxonomy import (
    DIMENSIONS,
    LETTERS,
    Dimension,
    classify,
    composition,
    in_words,
)
from ecomlab.shop import stalls
from ecomlab.style import set_language

calm = settings(deadline=None, max_examples=15)
FACTS = {
    "form": "goods", "ordered_by": "app", "handed_over": "courier", "seller": "business",
    "buyer": "person", "seller_city": "Hangzhou", "buyer_city": "Beijing",
    "seller_country": "CN", "buyer_country": "CN", "amount": 10.0,
}  # fmt: skip


def table(*changes: dict) -> pd.DataFrame:
    """Trades that differ from one usual trade in some facts."""
    return pd.DataFrame([FACTS | change for change in changes])


def kind(column: str, **change) -> str:
    return classify(table(change))[column].item()


@pytest.fixture(scope="module")
def trades() -> pd.DataFrame:
    """Another market's trades, as plain text."""
    frame = stalls.trades(5).head(400)
    labels = frame.select_dtypes("category").columns
    return frame.assign(**{c: frame[c].astype(object) for c in labels})


def test_complete_takes_all_three_and_none_takes_none():
    cases = list(
        product(
            ("goods", "in_person", "file", "live"),
            ("app", "web", "phone", "counter"),
            ("network", "courier", "rider", "pick_up", "on_site"),
        )
    )
    names = ("form", "ordered_by", "handed_over")
    found = classify(table(*(dict(zip(names, case, strict=True)) for case in cases)))
    for (form, by, over), told in zip(cases, found["completeness"], strict=True):
        links = [form in ("file", "live"), by in ("app", "web"), over == "network"]
        assert told == ("complete" if all(links) else "partial" if any(links) else "none")


def test_parties_are_the_sellers_letter_first():
    pairs = list(product(LETTERS, LETTERS))
    found = classify(table(*({"seller": seller, "buyer": buyer} for seller, buyer in pairs)))
    assert found["parties"].tolist() == [f"{LETTERS[s]}2{LETTERS[b]}" for s, b in pairs]


def test_o2o_begins_online_and_ends_on_the_spot_between_a_business_and_a_person():
    assert kind("parties", handed_over="on_site") == "O2O"
    assert kind("parties", handed_over="rider", ordered_by="web") == "O2O"
    assert kind("parties", handed_over="pick_up", ordered_by="phone") == "B2C"
    assert kind("parties", handed_over="on_site", seller="person") == "C2C"
    assert kind("parties", handed_over="on_site", buyer="business") == "B2B"
    assert kind("parties", handed_over="courier") == "B2C"


def test_reach_follows_the_parties_and_not_the_parcel():
    paris = {"buyer_city": "Paris", "buyer_country": "FR"}
    assert kind("reach") == "domestic"
    assert kind("reach", buyer_city="Hangzhou") == "local"
    assert kind("reach", **paris) == "global"
    gifts = stalls.trades(3)
    gifts = gifts[(gifts["ship_to"] == "CN") & (gifts["buyer_country"] != "CN")]
    assert len(gifts) > 5
    assert set(classify(gifts[gifts["seller_country"] == "CN"])["reach"]) == {"global"}


def test_one_citys_name_in_two_countries_is_two_cities():
    there = {"seller_city": "Hanover", "seller_country": "DE"}
    assert kind("reach", **there, buyer_city="Hanover", buyer_country="US") == "global"


def test_what_came_in_stays(trades):
    found = classify(trades)
    pd.testing.assert_frame_equal(found[trades.columns], trades)
    added = {"product", "process", "delivery", "completeness", "parties", "reach"}
    assert set(found.columns) - set(trades.columns) == added


def test_a_table_that_names_the_dimensions_is_taken_as_it_is():
    plain = table({}, {}).assign(
        product=["digital", "physical"], process="digital", delivery=["digital", "physical"]
    )
    dimensions = {name: Dimension(name) for name in DIMENSIONS}
    found = classify(plain.drop(columns=["form", "ordered_by"]), dimensions=dimensions)
    assert found["completeness"].tolist() == ["complete", "partial"]


@calm
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 10**6)),
        min_size=1,
        max_size=30,
    )
)
def test_shares_add_up_and_match_plain_python(rows):
    frame = pd.DataFrame(rows, columns=["kind", "side", "amount"])
    for by in ("kind", ["kind", "side"]):
        found = composition(frame, by=by)
        assert found["trades"].sum() == len(frame)
        assert found["amount"].sum() == pytest.approx(frame["amount"].sum())
        assert found["trades_share"].sum() == pytest.approx(1)
        assert found["amount"].is_monotonic_decreasing
        if frame["amount"].sum():
            assert found["amount_share"].sum() == pytest.approx(1)
        else:
            assert found["amount_share"].isna().all()
    one = composition(frame, by="kind").set_index("kind")
    for name, group in frame.groupby("kind"):
        assert one.loc[name, "amount"] == pytest.approx(group["amount"].sum())


def test_no_trades_make_no_kinds():
    assert len(composition(table({}).head(0).astype({"amount": float}), by="form")) == 0


def both(frame):
    return composition(classify(frame), by=["completeness", "parties", "reach"])


def test_every_local_kind_of_table_gives_equal_rows(trades):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = engines.rows(both(trades))
        assert len(expected) > 10
        for name in engines.LOCAL[1:]:
            given_table = engines.table(trades, name)
            result = both(given_table)
            assert engines.same_type(result, given_table)
            engines.assert_equal(result, expected)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_shipped_stalls_are_classified_on_any_engine(engine):
    expected = engines.rows(both(open_shop().stalls))
    engines.assert_equal(both(open_shop(engine=engine).stalls), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ordered_by": "fax"}, r"'ordered_by' holds 'fax' \(1 rows\); expected one of app, web"),
        ({"seller": "robot"}, "'seller' holds 'robot'"),
        ({"handed_over": None}, "column 'handed_over' has 1 missing value, first in row 1"),
    ],
)
def test_what_is_of_neither_kind_is_refused_not_guessed(change, message):
    with pytest.raises(ValueError, match=message):
        classify(table({}, change))


def test_columns_are_not_written_over():
    with pytest.raises(ValueError, match="has a column 'reach' already"):
        classify(table({}).assign(reach="far"))
    with pytest.raises(ValueError, match="has a column 'product' already"):
        classify(table({}).assign(product="tea"))


def test_faults_of_the_call_are_named():
    with pytest.raises(ValueError, match="has no column 'form'"):
        classify(table({}).drop(columns="form"))
    with pytest.raises(ValueError, match="dimensions are product; expected product, process"):
        classify(table({}), dimensions={"product": DIMENSIONS["product"]})
    with pytest.raises(ValueError, match="by names no column"):
        composition(table({}), by=[])
    with pytest.raises(ValueError, match="'amount' has 1 negative value"):
        composition(table({"amount": -1.0}), by="form")
    with pytest.raises(TypeError, match="transactions is a list"):
        classify([FACTS])


@pytest.fixture
def _chinese():
    set_language("zh")


CODED = [
    "form", "ordered_by", "paid_by", "handed_over", "seller", "buyer", "seller_country",
    "buyer_country", "ship_from", "ship_to", *DIMENSIONS, "completeness", "reach",
]  # fmt: skip


@pytest.mark.usefixtures("_chinese")
def test_a_chinese_reader_sees_no_code():
    told = in_words(classify(open_shop().stalls))[CODED]
    words = {column: set(told[column]) - {"-", "App"} for column in told}
    assert not {c: w for c, w in words.items() if any(word.isascii() for word in w)}


@pytest.mark.usefixtures("_chinese")
def test_words_are_those_that_the_exercise_explains(root):
    lesson = (root / "course/lessons/market/taxonomy.md").read_text(encoding="utf-8")
    columns = ["form", "ordered_by", "paid_by", "handed_over"]
    trades = open_shop().stalls[columns]
    told = in_words(trades)
    pairs = {p for c in columns for p in zip(trades[c].astype(str), told[c], strict=True)}
    assert {p for p in pairs if f'`"{p[0]}"` {p[1]}' not in lesson} == {("app", "App")}


def test_words_leave_numbers_english_and_what_came_in_as_they_are():
    kinds = classify(open_shop().stalls)
    before = kinds.copy()
    told = in_words(kinds)
    pd.testing.assert_frame_equal(kinds, before)
    pd.testing.assert_series_equal(told["amount"], kinds["amount"])
    assert told["reach"].tolist() == kinds["reach"].tolist()
    assert (told["ship_to"] == "-").equals(kinds["ship_to"].isna())


@pytest.mark.usefixtures("_chinese")
def test_words_leave_codes_of_other_tables():
    told = in_words(pd.DataFrame({"reach": ["global", "lunar"], "note": ["local", "x"]}))
    assert told.values.tolist() == [["全球", "local"], ["lunar", "x"]]
