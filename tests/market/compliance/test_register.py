"""Section 1.4: rules as data, and where their bounds lie."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.datasets import data
from ecomlab.market import compliance
from ecomlab.market.compliance import Profile
from ecomlab.market.compliance.judging import CHECKS
from ecomlab.market.compliance.register import BOUNDS
from ecomlab.market.compliance.words import in_words
from ecomlab.style import set_language
from plans import REBEL

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)


# --- the table ------------------------------------------------------------------------------------


def test_every_rule_has_its_check_and_every_check_its_rule():
    assert set(CHECKS) == set(compliance.rules().index)


def test_the_table_says_all_in_both_languages():
    table = data("market/rules")
    texts = [c for c in table.columns if c not in ("until", "bound", "threshold", "unit")]
    assert table[texts].notna().all(axis=None)
    assert not (table[["name_zh", "says_zh", "remedy_zh"]].to_numpy() == "").any()
    for column in ("name_zh", "says_zh", "remedy_zh"):
        assert table[column].str.contains(r"[\u4e00-\u9fff]").all()


def test_the_codes_are_those_that_the_course_knows():
    table = compliance.rules()
    assert set(table["status"]) == {"confirmed", "to confirm"}
    assert set(table["action"]) == {"stop", "set up", "pay"}
    assert set(table["bound"].dropna()) <= set(BOUNDS)
    numbered = table[["bound", "threshold", "unit"]].notna()
    assert (numbered.all(axis=1) | ~numbered.any(axis=1)).all()
    assert (table["threshold"].dropna() > 0).all()


def test_no_rule_ends_before_it_starts():
    table = compliance.rules()
    assert not (table["until"] < table["in_force"]).any()


@pytest.mark.parametrize(
    ("rule", "in_force", "until", "bound", "threshold"),
    [
        ("eu-gdpr", "2018-05-25", None, None, None),
        ("cn-pipl-consent", "2021-11-01", None, None, None),
        ("cn-fake-orders", "2019-01-01", None, None, None),
        ("eu-ioss", "2021-07-01", None, "up to", 150),
        ("eu-vat-22", "2009-11-30", "2021-06-30", "up to", 22),
        ("eu-sca", "2019-09-14", None, "up to", 30),
        ("eu-dsa", "2024-02-17", None, None, None),
        ("pci-dss-401", "2025-01-01", None, None, None),
        ("us-sd-nexus-sales", "2018-06-21", None, "above", 100_000),
        ("us-sd-nexus-orders", "2018-06-21", "2023-06-30", "at least", 200),
        ("eu-customs-duty-3", "2026-07-01", "2028-06-30", "up to", 150),
        ("us-de-minimis-end", "2025-08-29", None, None, None),
        ("cn-data-security", "2021-09-01", None, None, None),
        ("cn-cybersecurity-2026", "2026-01-01", None, "at least", 6),
        ("cn-discount-base", "2020-12-01", None, "up to", 7),
        ("cn-live-host-age", "2021-05-25", None, "at least", 16),
        ("cn-internet-ads", "2023-05-01", None, None, None),
        ("cn-payment-licence", "2024-05-01", None, None, None),
        ("cn-tax-reports", "2025-06-20", None, None, None),
        ("cn-return-7", "2014-03-15", None, "at least", 7),
        ("cn-personal-prices", "2021-11-01", None, None, None),
        ("cn-price-raise", "2022-07-01", None, None, None),
    ],
)
def test_dates_and_numbers_are_as_published(rule, in_force, until, bound, threshold):
    row = compliance.rules().loc[rule]
    assert row["in_force"] == pd.Timestamp(in_force)
    assert row["until"] == pd.Timestamp(until) if until else pd.isna(row["until"])
    assert row["bound"] == bound if bound else pd.isna(row["bound"])
    assert row["threshold"] == threshold if threshold else pd.isna(row["threshold"])


def test_dates_agree_with_the_reference_list(refdata):
    """Where the list gives a day and the course has the rule, the days are the same."""
    listed = json.loads((refdata / "market" / "regulations.json").read_text("utf-8"))
    applies = {r["code"]: r["applies"] for r in listed if "applies" in r}
    ours = compliance.rules()["in_force"].dt.strftime("%Y-%m-%d")
    pairs = {
        "GDPR": "eu-gdpr",
        "PIPL": "cn-pipl-consent",
        "E-Commerce Law": "cn-fake-orders",
        "EU VAT e-commerce package (OSS/IOSS)": "eu-ioss",
        "EU-wide distance-sales threshold": "eu-oss-10000",
        "PSD2 RTS SCA (Reg. (EU) 2018/389)": "eu-sca",
        "DSA (Reg. (EU) 2022/2065)": "eu-dsa",
        "CCPA": "us-ca-ccpa-2020",
        "INFORM Consumers Act": "us-inform",
        "CN 7-day no-reason return (Consumer Rights Law art. 25)": "cn-return-7",
        "CN cross-border e-commerce retail import limits": "cn-import-limit",
    }
    assert {code: applies[code] for code in pairs} == {c: ours[r] for c, r in pairs.items()}


def test_rules_of_one_place_and_of_one_day():
    assert set(compliance.rules(jurisdiction="EU")["jurisdiction"]) == {"EU"}
    table = compliance.rules("2021-07-01")
    assert "eu-ioss" in table.index
    assert "eu-vat-22" not in table.index
    assert "eu-vat-22" in compliance.rules("2021-06-30").index


def test_the_table_cannot_be_spoiled_by_whoever_gets_it():
    mine = compliance.rules()
    mine.loc["eu-ioss", "threshold"] = 1
    assert compliance.rules().loc["eu-ioss", "threshold"] == 150


def test_texts_follow_the_language():
    assert compliance.rules().loc["cn-fake-orders", "name"] == "Fake orders"
    set_language("zh")
    assert "刷单" in compliance.rules().loc["cn-fake-orders", "name"]
    assert "法律意见" in repr(compliance.NOTICE)
    found = in_words(compliance.audit(Profile(**REBEL), on="2026-07-01"))
    assert set(found["status"]) <= {"违反", "须履行", "符合"}
    assert found["why"].str.contains(r"[\u4e00-\u9fff]").all()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_has_a_word(language):
    set_language(language)
    told = in_words(compliance.rules())
    assert not told[["area", "jurisdiction", "status", "action"]].eq("").any(axis=None)
    assert in_words(compliance.changes("2000-01-01"))["change"].nunique() == 2


def test_it_says_that_it_is_no_legal_advice():
    assert "no legal advice" in repr(compliance.NOTICE)
    assert "no legal advice" in (compliance.__doc__ or "")


# --- bounds ---------------------------------------------------------------------------------------


@calm
@given(st.sampled_from(BOUNDS), st.floats(0.01, 1e9), st.floats(0.001, 0.5))
def test_a_bound_holds_below_at_and_above_as_its_words_say(bound, threshold, step):
    below, at, above = (
        compliance.within(v, bound, threshold)
        for v in (threshold * (1 - step), threshold, threshold * (1 + step))
    )
    assert (below, at, above) == {
        "up to": (True, True, False),
        "below": (True, False, False),
        "above": (False, False, True),
        "at least": (False, True, True),
    }[bound]


def test_an_unknown_bound_is_refused():
    with pytest.raises(ValueError, match="bound is 'under'; it must be one of 'up to'"):
        compliance.within(1, "under", 2)
