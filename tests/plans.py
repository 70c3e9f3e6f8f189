"""Plans to hold against the rules of section 1.4, and what an audit says of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ecomlab.market import compliance
from ecomlab.market.compliance import Profile, Promotion


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


def broken(plan: Profile, on: str | date) -> list[str]:
    """The codes of the rules that a plan breaks on a day, in the order of fixing."""
    found = compliance.audit(plan, on=on)
    return found.loc[found["status"] == "breach", "rule"].tolist()


def status(plan: Profile, rule: str, on: str) -> str | None:
    """What one rule says to a plan on a day; None where it gives no finding."""
    found = compliance.audit(plan, on=on).set_index("rule")["status"]
    return found.get(rule)


def rebels() -> list[Profile]:
    """Plans that between them are concerned by every rule."""
    return [
        Profile(**REBEL),
        Profile(**{**REBEL, "goods_from": "IT"}),
        Profile(**{**REBEL, "parcels": {"EU": 151, "US": 900}}),
        Profile(**{**REBEL, "people_exported": 100_000}),
        Profile(**{**REBEL, "hosts_sellers": True, "takes_notices": False}),
    ]
