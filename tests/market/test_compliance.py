"""Section 1.4: rules as data, their thresholds and days, and plans held against them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.datasets import data
from ecomlab.market import compliance
from ecomlab.market.compliance import Profile, Promotion
from ecomlab.market.compliance.judging import CHECKS
from ecomlab.market.compliance.register import BOUNDS
from ecomlab.market.compliance.words import in_words
from ecomlab.style import set_language

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)


def cut(price: float, claimed: float, history: Any, **more: Any) -> Promotion:
    """A price cut from 1 July 2026 on."""
    return Promotion(date(2026, 7, 1), price, claimed, history, **more)


# A plan that all rules but those of platforms concern, and that keeps none it can break.
REBEL: dict[str, Any] = {
    "sales": {"CN": 5e6, "EU": 2e5, "US-CA": 3e7, "US-SD": 2e5},
    "orders": {"US-CA": 900, "US-SD": 300},
    "home": "EU",
    "parcels": {"EU": 20, "US": 20},
    "pays_import_vat": False,
    "pays_duty": False,
    "eu_distance_sales": 20_000,
    "import_order": 6_000,
    "payments": (31,),
    "authenticates_above": 50,
    "payment_licensed": False,
    "card_standard": "3.2.1",
    "promotion": cut(80, 0.5, {"2026-06-20": 100, "2026-06-25": 100, "2026-06-30": 160}),
    "consent": False,
    "data_managed": False,
    "log_months": 1,
    "people_exported": 2_000_000,
    "prices_by_person": True,
    "plain_results": False,
    "opt_out": False,
    "revenue_usd": 3e7,
    "fake_orders": True,
    "paid_reviews": True,
    "ads_marked": False,
    "live_host_age": 12,
    "live_shows_seller": False,
    "registered": False,
    "return_days": {},
    "rights_proven": False,
    "seller_identified": False,
    "eu_responsible": False,
}


@pytest.fixture(autouse=True)
def english():
    """Each test starts in English, and leaves English behind."""
    set_language("en")
    yield
    set_language("en")


def broken(plan: Profile, on: str | date) -> list[str]:
    """The codes of the rules that a plan breaks on a day, in the order of fixing."""
    found = compliance.audit(plan, on=on)
    return found.loc[found["status"] == "breach", "rule"].tolist()


def status(plan: Profile, rule: str, on: str) -> str | None:
    """What one rule says to a plan on a day; None where it gives no finding."""
    found = compliance.audit(plan, on=on).set_index("rule")["status"]
    return found.get(rule)


# --- the table -----------------------------------------------------------------------------------


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


# --- bounds --------------------------------------------------------------------------------------


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


# Below, at and above each threshold: what the rule says to a plan that fails it.
THRESHOLDS = [
    ("eu-ioss", "2026-01-01", "EU", lambda v: {"parcels": {"EU": v}, "ioss": True},
     {149.99: "met", 150: "met", 150.01: "breach"}),
    ("eu-customs-relief", "2026-06-30", "EU", lambda v: {"parcels": {"EU": v}},
     {149.99: "met", 150: "met", 150.01: None}),
    ("eu-customs-duty-3", "2026-07-01", "EU", lambda v: {"parcels": {"EU": v}, "pays_duty": False},
     {149.99: "breach", 150: "breach", 150.01: None}),
    ("eu-customs-tariff", "2026-07-01", "EU", lambda v: {"parcels": {"EU": v}, "pays_duty": False},
     {149.99: None, 150: None, 150.01: "breach"}),
    ("eu-vat-22", "2021-06-30", "EU", lambda v: {"parcels": {"EU": v}},
     {21.99: "met", 22: "met", 22.01: None}),
    ("us-de-minimis", "2025-05-01", "US", lambda v: {"parcels": {"US": v}},
     {799.99: "met", 800: "met", 800.01: None}),
    ("eu-oss-10000", "2026-01-01", "EU", lambda v: {"home": "EU", "eu_distance_sales": v},
     {9_999.99: None, 10_000: None, 10_000.01: "breach"}),
    ("eu-sca", "2026-01-01", "EU", lambda v: {"payments": [v], "authenticates_above": 100},
     {29.99: "met", 30: "met", 30.01: "breach"}),
    ("cn-import-limit", "2026-01-01", "CN", lambda v: {"import_order": v},
     {4_999.99: "duty", 5_000: "duty", 5_000.01: "duty"}),
    ("cn-registration", "2026-01-01", "CN", lambda v: {"sales": {"CN": v}, "registered": False},
     {99_999.99: None, 100_000: None, 100_000.01: "breach"}),
    ("cn-data-export-contract", "2026-01-01", "CN", lambda v: {"people_exported": v},
     {99_999: None, 100_000: "breach", 999_999: "breach", 1_000_000: None}),
    ("cn-data-export-assessment", "2026-01-01", "CN",
     lambda v: {"people_exported": v, "export_route": "contract"},
     {999_999: None, 1_000_000: "breach", 1_000_001: "breach"}),
    ("cn-live-host-age", "2026-01-01", "CN", lambda v: {"live_host_age": v},
     {15: "breach", 16: "met", 17: "met"}),
    ("cn-cybersecurity-2026", "2026-01-01", "CN", lambda v: {"log_months": v},
     {5.9: "breach", 6: "met", 6.1: "met"}),
    ("cn-return-7", "2026-01-01", "CN", lambda v: {"return_days": {"CN": v}},
     {6: "breach", 7: "met", 8: "met"}),
    ("eu-withdrawal-14", "2026-01-01", "EU", lambda v: {"return_days": {"EU": v}},
     {13: "breach", 14: "met", 15: "met"}),
    ("us-sd-nexus-sales", "2026-01-01", "US-SD", lambda v: {"sales": {"US-SD": v}},
     {99_999.99: None, 100_000: None, 100_000.01: "breach"}),
    ("us-sd-nexus-orders", "2023-06-30", "US-SD", lambda v: {"orders": {"US-SD": v}},
     {199: None, 200: "breach", 201: "breach"}),
    ("us-inform", "2026-01-01", "US",
     lambda v: {"sales": {"US": 5_000}, "orders": {"US": v}, "seller_identified": False},
     {199: None, 200: "breach", 201: "breach"}),
    ("us-ca-ccpa-2025", "2026-01-01", "US-CA", lambda v: {"revenue_usd": v, "opt_out": False},
     {26_624_999: None, 26_625_000: None, 26_625_001: "breach"}),
    ("us-ca-ccpa-2020", "2024-12-31", "US-CA", lambda v: {"revenue_usd": v, "opt_out": False},
     {24_999_999: None, 25_000_000: None, 25_000_001: "breach"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "on", "place", "facts", "said"), THRESHOLDS, ids=[t[0] for t in THRESHOLDS]
)
def test_each_threshold_just_below_at_and_just_above(rule, on, place, facts, said):
    for value, wanted in said.items():
        plan = Profile(**{"sales": {place: 1_000}, **facts(value)})
        assert status(plan, rule, on) == wanted, value


def test_every_numbered_rule_of_a_plan_is_tested_at_its_threshold():
    """Notice periods bind whoever hosts others, and a revised law repeats its number."""
    numbered = compliance.rules()["threshold"].dropna().index
    tested = {t[0] for t in THRESHOLDS}
    elsewhere = {"cn-ip-notice", "us-dmca", "cn-cybersecurity-2017", "us-de-minimis-others"}
    discounts = {"cn-discount-base", "eu-prior-price"}
    assert set(numbered) == tested | elsewhere | discounts


def test_the_import_limit_changes_the_tax():
    def why(order):
        found = compliance.audit(Profile(sales={"CN": 9}, import_order=order), on="2026-01-01")
        return found.set_index("rule").loc["cn-import-limit", "why"]

    assert "cross-border rate" in why(5_000)
    assert "general trade" in why(5_000.01)


def test_the_inform_act_asks_for_sales_as_well_as_orders():
    for sales, wanted in ((4_999.99, None), (5_000, "breach"), (5_000.01, "breach")):
        plan = Profile(sales={"US": sales}, orders={"US": 200}, seller_identified=False)
        assert status(plan, "us-inform", "2026-01-01") == wanted


# --- days ----------------------------------------------------------------------------------------


def rebels() -> list[Profile]:
    """Plans that between them are concerned by every rule."""
    return [
        Profile(**REBEL),
        Profile(**{**REBEL, "goods_from": "IT"}),
        Profile(**{**REBEL, "parcels": {"EU": 151, "US": 900}}),
        Profile(**{**REBEL, "people_exported": 100_000}),
        Profile(**{**REBEL, "hosts_sellers": True, "takes_notices": False}),
    ]


def test_a_date_before_a_rules_start_gives_no_finding():
    plans = rebels()
    found = set()
    for rule, row in compliance.rules().iterrows():
        first, last = row["in_force"], row["until"]
        for plan in plans:
            assert status(plan, str(rule), first - pd.Timedelta(days=1)) is None
            found |= {rule} if status(plan, str(rule), first) else set()
            if last == last:
                on_last = status(plan, str(rule), last)
                assert on_last == status(plan, str(rule), first)
                assert status(plan, str(rule), last + pd.Timedelta(days=1)) is None
    assert found == set(CHECKS)


def test_before_any_rule_there_is_no_finding():
    found = compliance.audit(Profile(**REBEL), on="1990-01-01")
    assert found.empty
    assert "to_do" in found.columns


def test_the_day_before_and_the_day_of_the_eu_duty():
    plan = Profile(sales={"EU": 150_000}, parcels={"EU": 150}, pays_duty=False)
    assert broken(plan, "2026-06-30") == []
    assert broken(plan, "2026-07-01") == ["eu-customs-duty-3"]
    paying = Profile(sales={"EU": 150_000}, parcels={"EU": 150})
    assert status(paying, "eu-customs-duty-3", "2026-07-01") == "duty"


def test_chinese_goods_lose_the_us_exemption_first():
    def said(goods, on):
        plan = Profile(sales={"US": 9}, parcels={"US": 60}, goods_from=goods, pays_duty=False)
        found = compliance.audit(plan, on=on)
        return found.loc[found["rule"].str.startswith("us-de-minimis"), "status"].tolist()

    assert said("CN", "2025-05-01") == said("IT", "2025-05-01") == ["met"]
    assert said("CN", "2025-05-02") == said("HK", "2025-05-02") == ["breach"]
    assert said("IT", "2025-05-02") == said("IT", "2025-08-28") == ["met"]
    assert said("CN", "2025-08-29") == said("IT", "2025-08-29") == ["breach"]


def test_a_card_standard_is_retired_in_its_time():
    def said(version, on):
        return broken(Profile(sales={"CN": 9}, card_standard=version), on)

    assert said("3.2.1", "2024-03-31") == []
    assert said("3.2.1", "2024-04-01") == ["pci-dss-40"]
    assert said("4.0", "2024-12-31") == []
    assert said("4.0", "2025-01-01") == ["pci-dss-401"]
    assert said("4.0.1", "2025-01-01") == []
    assert broken(Profile(sales={"CN": 9}), "2025-01-01") == []


@calm
@given(st.dates(date(2010, 1, 1), date(2029, 1, 1)), st.integers(0, 400))
def test_changes_lead_from_the_rules_of_one_day_to_those_of_another(since, days):
    until = since + timedelta(days=days)
    there = set(compliance.rules(since).index)
    for _, change in compliance.changes(since + timedelta(days=1)).iterrows():
        if change["date"].date() <= until:
            (there.add if change["change"] == "starts" else there.discard)(change["rule"])
    assert there == set(compliance.rules(until).index)


def test_changes_are_in_the_order_of_time_within_the_days_asked():
    found = compliance.changes("2025-01-01", until="2026-07-01")
    assert found["date"].is_monotonic_increasing
    assert found["date"].between("2025-01-01", "2026-07-01").all()
    assert {"cn-live-2026", "eu-customs-duty-3"} <= set(found["rule"])
    with pytest.raises(ValueError, match="is before since"):
        compliance.changes("2026-01-01", until="2025-01-01")


@pytest.mark.parametrize(
    ("when", "error", "message"),
    [
        ("1 July", ValueError, "on is '1 July'; write a day as year-month-day"),
        (20260701, TypeError, "a date, or text such as"),
        (None, TypeError, "on is None"),
        (pd.NaT, TypeError, "on is NaT"),
    ],
)
def test_a_day_that_cannot_be_read_is_refused(when, error, message):
    with pytest.raises(error, match=message):
        compliance.audit(Profile(sales={"CN": 1}), on=when)


# --- findings ------------------------------------------------------------------------------------


def test_a_blameless_plan_breaks_nothing():
    plan = Profile(
        sales={"CN": 5e6, "EU": 2e5, "US": 2e5}, parcels={"EU": 150, "US": 60}, ioss=True
    )
    for on in ("2015-01-01", "2021-07-01", "2025-08-29", "2026-07-01"):
        assert broken(plan, on) == []


def test_a_rebel_breaks_all_that_applies():
    found = compliance.audit(Profile(**REBEL), on="2026-07-01")
    kept = found.loc[found["status"] != "breach", "rule"].tolist()
    # Whoever sells on a platform is reported by it; without the IOSS the buyer pays at the door.
    assert sorted(kept) == ["cn-tax-reports", "eu-ioss"]


def test_findings_are_in_the_order_of_fixing():
    found = compliance.audit(Profile(**REBEL), on="2026-07-01")
    ranks = [
        (
            ["breach", "duty", "met"].index(row["status"]),
            ["stop", "set up", "pay"].index(row["action"]),
            row["in_force"],
        )
        for _, row in found.iterrows()
    ]
    assert ranks == sorted(ranks)


def test_a_breach_says_what_to_do_and_a_kept_rule_nothing():
    found = compliance.audit(Profile(**REBEL), on="2026-07-01")
    assert (found["to_do"].ne("") == found["status"].ne("met")).all()
    assert found["why"].ne("").all()


def test_rules_to_confirm_are_marked_in_the_findings():
    found = compliance.audit(Profile(**REBEL), on="2026-07-01").set_index("rule")["confirmed"]
    listed = compliance.rules("2026-07-01")["status"] == "confirmed"
    assert found.to_dict() == listed[found.index].to_dict()
    assert not found["us-de-minimis-end"]


def test_only_the_places_sold_to_have_a_say():
    everywhere = {k: v for k, v in REBEL.items() if k not in ("sales", "orders", "card_standard")}
    for place, places in {
        "CN": {"CN"},
        "EU": {"EU"},
        "US": {"US"},
        "US-SD": {"US", "US-SD"},
    }.items():
        found = compliance.audit(Profile(**everywhere, sales={place: 9e5}), on="2023-06-30")
        assert set(found["jurisdiction"]) == places


def test_a_platform_answers_for_its_notices():
    silent = Profile(sales={"CN": 9, "EU": 9, "US": 9}, hosts_sellers=True, takes_notices=False)
    assert set(broken(silent, "2026-01-01")) == {"cn-ip-notice", "eu-dsa", "us-dmca"}
    shop = Profile(sales={"EU": 9}, takes_notices=False)
    assert status(shop, "eu-dsa", "2026-01-01") is None
    mute = Profile(sales={"CN": 9}, hosts_sellers=True, reports_sellers=False)
    assert broken(mute, "2026-01-01") == ["cn-tax-reports"]


def test_data_sent_abroad_need_the_route_of_their_number():
    def said(people, route):
        plan = Profile(sales={"CN": 9}, people_exported=people, export_route=route)
        return broken(plan, "2026-01-01")

    assert said(100_000, "none") == ["cn-data-export-contract"]
    assert said(100_000, "contract") == said(100_000, "assessment") == []
    assert said(1_000_000, "contract") == ["cn-data-export-assessment"]
    assert said(1_000_000, "assessment") == []


# --- discounts -----------------------------------------------------------------------------------


def raised(days: int, claimed: float = 0.5, **more: Any) -> Promotion:
    """100 until some days before 1 July 2026, then 160; half of the last price from then on."""
    start = date(2026, 7, 1)
    history = {start - timedelta(days=back): 160 if back <= days else 100 for back in range(1, 41)}
    return Promotion(
        start, history[start - timedelta(days=1)] * (1 - claimed), claimed, history, **more
    )


def test_a_discount_is_measured_from_the_lowest_price_of_seven_days():
    offer = raised(5)
    assert compliance.base_price(offer.history, offer.start) == 100
    assert compliance.true_discount(offer) == pytest.approx(0.2)
    assert broken(Profile(sales={"CN": 9}, promotion=offer), "2026-07-01") == [
        "cn-discount-base",
        "cn-price-raise",
    ]


def test_the_seventh_day_before_counts_and_the_eighth_does_not():
    assert compliance.base_price(raised(6).history, "2026-07-01") == 100
    assert compliance.base_price(raised(7).history, "2026-07-01") == 160
    plan = Profile(sales={"CN": 9, "EU": 9}, promotion=raised(7))
    assert broken(plan, "2026-07-01") == ["eu-prior-price"]
    assert (
        status(Profile(sales={"EU": 9}, promotion=raised(29)), "eu-prior-price", "2026-07-01")
        == "breach"
    )
    assert (
        status(Profile(sales={"EU": 9}, promotion=raised(30)), "eu-prior-price", "2026-07-01")
        == "met"
    )


def test_days_without_a_sale_do_not_stretch_the_seven():
    history = {"2026-06-23": 60, "2026-06-25": 90, "2026-06-30": 95, "2026-07-01": 10}
    assert compliance.base_price(history, "2026-07-01") == 90
    assert compliance.base_price(history, "2026-06-30") == 60
    assert compliance.base_price(history, "2026-08-20") == 10


@calm
@given(
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.floats(1, 999), min_size=1, max_size=30
    ),
    st.integers(1, 60),
)
def test_a_base_is_a_price_that_was_paid_and_no_price_of_the_window_is_lower(history, days):
    start = date(2026, 7, 1)
    base = compliance.base_price(history, start, days=days)
    window = [p for d, p in history.items() if start - timedelta(days=days) <= d < start]
    assert base in history.values()
    assert base == (min(window) if window else history[max(history)])
    assert compliance.base_price(pd.Series(history), start, days=days) == base


@calm
@given(st.integers(1, 99), st.floats(10, 500))
def test_an_honest_claim_is_kept_and_one_cent_more_is_not(percent, usual):
    history = {date(2026, 6, 28): round(usual, 2)}
    fair = history[date(2026, 6, 28)] * (1 - percent / 100)
    honest = cut(fair, percent / 100, history)
    greedy = cut(fair + 0.01, percent / 100, history)
    assert (
        status(Profile(sales={"CN": 9}, promotion=honest), "cn-discount-base", "2026-07-01")
        == "met"
    )
    assert (
        status(Profile(sales={"CN": 9}, promotion=greedy), "cn-discount-base", "2026-07-01")
        == "breach"
    )


def test_a_stated_base_does_not_excuse_a_raise():
    plan = Profile(sales={"CN": 9, "EU": 9}, promotion=raised(5, stated_base=160))
    assert broken(plan, "2026-07-01") == ["eu-prior-price", "cn-price-raise"]
    honest = Profile(sales={"CN": 9}, promotion=raised(0, stated_base=100))
    assert broken(honest, "2026-07-01") == []


def test_a_claim_without_a_raise_is_no_price_fraud():
    offer = cut(80, 0.5, {"2026-06-28": 100})
    plan = Profile(sales={"CN": 9}, promotion=offer)
    assert broken(plan, "2026-07-01") == ["cn-discount-base"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"start": "soon"}, ValueError, "start is 'soon'; write a day"),
        ({"price": 0}, ValueError, "price is 0; it must be above 0"),
        ({"price": "80"}, TypeError, "price is '80'; a number is needed"),
        ({"claimed": 50}, ValueError, "claimed is 50; it must be .* below 1 .a fraction: 0.5"),
        ({"claimed": 0}, ValueError, "claimed is 0; it must be above 0 and below 1"),
        ({"history": {}}, ValueError, "the history is empty"),
        ({"history": [100]}, TypeError, "history is a list; give a mapping or Series"),
        ({"history": {"2026-06-30": -1}}, ValueError, "the price of 2026-06-30 is -1"),
        ({"history": {"2026-07-01": 80}}, ValueError, "no sale before 2026-07-01"),
        (
            {"history": {"2026-06-30": 1, date(2026, 6, 30): 2}},
            ValueError,
            "the history has 2026-06-30 twice",
        ),
        ({"stated_base": -5}, ValueError, "stated_base is -5"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_refused(change, error, message):
    usual = {"start": "2026-07-01", "price": 80, "claimed": 0.5, "history": {"2026-06-30": 100}}
    with pytest.raises(error, match=message):
        Promotion(**{**usual, **change})


@pytest.mark.parametrize(
    ("days", "error"), [(0, ValueError), (-7, ValueError), (7.0, TypeError), (True, TypeError)]
)
def test_days_back_are_a_whole_number(days, error):
    with pytest.raises(error, match=f"days is {days}; "):
        compliance.base_price({"2026-06-30": 100}, "2026-07-01", days=days)


# --- payments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payments", "counter", "needed"),
    [
        ([29.99, 30, 30.01], "amount", [False, False, True]),
        ([25, 25, 25, 25, 25, 25], "amount", [False] * 5 + [True]),
        ([25, 25, 25, 25.01, 1], "amount", [False] * 4 + [True]),
        ([1] * 7, "payments", [False] * 6 + [True]),
        ([30] * 6, "payments", [False] * 6),
        ([30, 30, 30, 31, 30, 30], "amount", [False, False, False, True, False, False]),
        ([], "amount", []),
    ],
)
def test_small_payments_go_without_until_they_add_up(payments, counter, needed):
    assert compliance.needs_authentication(payments, counter=counter) == needed


@calm
@given(st.lists(st.integers(1, 6_000), max_size=40))
def test_between_two_authentications_little_is_spent(cents):
    payments = [c / 100 for c in cents]
    run = 0.0
    for amount, needed in zip(payments, compliance.needs_authentication(payments), strict=True):
        run = 0.0 if needed else run + amount
        assert run <= 130 + 1e-6
        assert needed or amount <= 30


def test_a_checkout_that_always_asks_breaks_nothing():
    asking = Profile(sales={"EU": 9}, payments=(500, 30, 30, 30, 30, 30))
    assert status(asking, "eu-sca", "2026-01-01") == "met"
    lax = Profile(sales={"EU": 9}, payments=(30,) * 5, authenticates_above=30)
    assert status(lax, "eu-sca", "2026-01-01") == "breach"


@pytest.mark.parametrize(
    ("payments", "more", "error", "message"),
    [
        ([10, 0], {}, ValueError, r"payments\[1\] is 0; it must be above 0"),
        (["10"], {}, TypeError, r"payments\[0\] is '10'"),
        ("10", {}, TypeError, "give the amounts in order"),
        ([10], {"counter": "both"}, ValueError, "a bank counts 'amount' or 'payments'"),
    ],
)
def test_payments_that_are_no_amounts_are_refused(payments, more, error, message):
    with pytest.raises(error, match=message):
        compliance.needs_authentication(payments, **more)


# --- profiles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"sales": {}}, ValueError, "sales is empty; say where the shop sells"),
        ({"sales": {"Mars": 1}}, ValueError, "sales names 'Mars'; the places are CN, EU"),
        ({"sales": {"CN": -1}}, ValueError, r"sales\['CN'\] is -1; it must be at least 0"),
        ({"sales": ["CN"]}, TypeError, "sales is a list; give numbers by place"),
        ({"orders": {"EU": 3}}, ValueError, r"orders name \['EU'\], but sales do not"),
        ({"parcels": {"CN": 3}}, ValueError, "parcels names 'CN'; the places are EU, US"),
        ({"parcels": {"EU": float("nan")}}, ValueError, r"parcels\['EU'\] is missing"),
        ({"home": "UK"}, ValueError, "home is 'UK'; it must be one of 'CN', 'EU', 'US'"),
        ({"export_route": "post"}, ValueError, "export_route is 'post'"),
        ({"pays_duty": "no"}, TypeError, "pays_duty is 'no'; it must be True or False"),
        ({"log_months": True}, TypeError, "log_months is True; a number is needed"),
        ({"live_host_age": -3}, ValueError, "live_host_age is -3"),
        ({"card_standard": 4.0}, TypeError, "card_standard is 4.0; text is needed"),
        ({"goods_from": None}, TypeError, "goods_from is None; text is needed"),
        ({"promotion": 0.5}, TypeError, "promotion is a float; give a Promotion"),
        ({"payments": [0]}, ValueError, r"payments\[0\] is 0"),
        ({"return_days": {"CN": -7}}, ValueError, r"return_days\['CN'\] is -7"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        Profile(**{"sales": {"CN": 1}, **change})


def test_a_profile_cannot_be_changed_behind_the_audit():
    sales = {"CN": 1}
    plan = Profile(sales=sales)
    sales["EU"] = 9
    assert not plan.sells_to("EU")
    with pytest.raises(TypeError):
        plan.sales["EU"] = 9  # type: ignore[index]
    with pytest.raises(AttributeError):
        plan.ioss = True  # type: ignore[misc]


def test_an_audit_needs_a_profile():
    with pytest.raises(TypeError, match="profile is a dict; give a Profile"):
        compliance.audit({"sales": {"CN": 1}}, on="2026-01-01")  # type: ignore[arg-type]


def test_an_unknown_place_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=r"no rule is of 'UK'; there are rules of \['CN', 'EU'"):
        compliance.rules(jurisdiction="UK")


def test_importing_the_section_loads_nothing_heavy():
    code = (
        "import sys, ecomlab.market.compliance;"
        "print([m for m in ('pandas', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
