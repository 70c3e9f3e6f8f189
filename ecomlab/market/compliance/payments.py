"""Which payments need strong authentication."""

from __future__ import annotations

from collections.abc import Iterable

from ecomlab.arguments import amount

LOW_VALUE, SPENT, TIMES = 30.0, 100.0, 5


def needs_authentication(payments: Iterable[float], *, counter: str = "amount") -> list[bool]:
    """Which of a buyer's remote payments need strong authentication in the EU.

    The buyer has just been authenticated before the first. A payment does without if it is at
    most EUR 30 and those since the last strong authentication are at most EUR 100 in all, or at
    most 5: the bank counts one of the two.

    Parameters
    ----------
    payments
        Amounts in EUR, in the order of time.
    counter
        What the buyer's bank counts: "amount" or "payments".

    Returns
    -------
    list of bool
        One for each payment.

    Notes
    -----
    Commission Delegated Regulation (EU) 2018/389, art. 16; European Banking Authority, Opinion
    EBA-Op-2018-04, par. 43 (one counter, not both). Only this exemption is looked at.

    Examples
    --------
    >>> needs_authentication([30, 30.01, 30])
    [False, True, False]
    >>> needs_authentication([25] * 6)
    [False, False, False, False, False, True]
    """
    if counter not in ("amount", "payments"):
        raise ValueError(f"counter is {counter!r}; a bank counts 'amount' or 'payments'")
    if isinstance(payments, str) or not isinstance(payments, Iterable):
        raise TypeError(f"payments is {payments!r}; give the amounts in order, e.g. [30, 12.5]")
    needed = []
    spent, times = 0.0, 0
    for position, payment in enumerate(payments):
        paid = amount(payment, f"payments[{position}]", above=0)
        # To the cent, so that ten times 10.10 is not above 101.
        counted = round(spent, 2) <= SPENT if counter == "amount" else times <= TIMES
        exempt = paid <= LOW_VALUE and counted
        needed.append(not exempt)
        spent, times = (spent + paid, times + 1) if exempt else (0.0, 0)
    return needed
