"""How each rule is held against a plan: one small check for each row of the table.

A check gets a plan that sells where the rule is made, and the rule's number; it returns a
verdict, or None where the rule does not concern the plan. Dates are not its business: it is
asked only while its rule is in force.
"""

from ecomlab.market.compliance.judging import conduct, trade
from ecomlab.market.compliance.judging.verdict import Check, Rule, Verdict

CHECKS: dict[str, Check] = {**trade.CHECKS, **conduct.CHECKS}

__all__ = ["CHECKS", "Rule", "Verdict"]
