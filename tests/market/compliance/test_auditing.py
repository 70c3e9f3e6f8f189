"""Section 1.4: plans held against the rules: thresholds, days, findings, profiles."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market import compliance
from ecomlab.market.compliance import Profile
from ecomlab.market.compliance.judging import CHECKS
from plans import REBEL, broken, rebels, status

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)


# --- thresholds -----------------------------------------------------------------------------------


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


# --- days -----------------------------------------------------------------------------------------


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


# --- findings -------------------------------------------------------------------------------------


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


# --- profiles -------------------------------------------------------------------------------------


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
