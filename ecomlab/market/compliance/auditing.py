"""Hold a plan against the rules in force on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ecomlab.market.compliance.judging import CHECKS, Rule
from ecomlab.market.compliance.profile import Profile
from ecomlab.market.compliance.register import in_force

if TYPE_CHECKING:
    import pandas as pd

# The order of fixing: first what must stop, then what must be set up, last what must be paid.
ACTIONS = ("stop", "set up", "pay")
STATUSES = ("breach", "duty", "met")
_COLUMNS = (
    "rule", "name", "status", "action", "why", "to_do", "area", "jurisdiction", "in_force",
    "confirmed",
)  # fmt: skip


def audit(profile: Profile, *, on: date | str) -> pd.DataFrame:
    """What the rules in force on a day say to a plan, in the order of fixing.

    Parameters
    ----------
    profile
        The plan.
    on
        The day; a rule counts from its first to its last day, both included.

    Returns
    -------
    pandas.DataFrame
        One row for each rule that applies: ``rule``, ``name``, ``status`` ("breach": the plan
        breaks it; "duty": there is something to do or to pay, and the plan does it; "met"),
        ``action`` ("stop", "set up" or "pay"), ``why``, ``to_do`` (empty where met), ``area``,
        ``jurisdiction``, ``in_force`` and ``confirmed``. Breaches come first; among them what
        must stop, then what must be set up, then what must be paid; then the older rule.

    Raises
    ------
    TypeError, ValueError
        If there is no profile, or the day cannot be read.

    Examples
    --------
    >>> plan = Profile(sales={"EU": 200_000}, parcels={"EU": 150}, pays_duty=False)
    >>> for on in ("2026-06-30", "2026-07-01"):
    ...     print(audit(plan, on=on).query("status == 'breach'")["rule"].tolist())
    []
    ['eu-customs-duty-3']
    """
    import pandas as pd

    if not isinstance(profile, Profile):
        raise TypeError(f"profile is a {type(profile).__name__}; give a Profile")
    found = []
    for rule in in_force(on):
        name, place = rule["rule"], rule["jurisdiction"]
        if place != "world" and not profile.sells_to(place):
            continue
        verdict = CHECKS[name](profile, Rule(name, place, rule["bound"], rule["threshold"]))
        if verdict is not None:
            found.append(
                {
                    **rule,
                    "status": verdict.status,
                    "why": verdict.why,
                    "to_do": "" if verdict.status == "met" else rule["remedy"],
                    "confirmed": rule["status"] == "confirmed",
                }
            )
    return pd.DataFrame(sorted(found, key=_by_urgency), columns=list(_COLUMNS))


def _by_urgency(row: dict[str, Any]) -> tuple[Any, ...]:
    status, action = STATUSES.index(row["status"]), ACTIONS.index(row["action"])
    return status, action, row["in_force"], row["rule"]
