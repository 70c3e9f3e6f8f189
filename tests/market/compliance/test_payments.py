"""Section 1.4: which payments need strong authentication."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market import compliance
from ecomlab.market.compliance import Profile
from plans import status

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)


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
