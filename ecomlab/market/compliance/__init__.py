"""Section 1.4: reading the industry's rules, and applying them to a plan.

Rules are data: who made them, since when, with which threshold. A plan is held against those in
force on a date. This teaches how to read rules; it is no legal advice.
"""

from ecomlab.market.compliance.auditing import audit
from ecomlab.market.compliance.payments import needs_authentication
from ecomlab.market.compliance.profile import Profile
from ecomlab.market.compliance.promotion import Promotion, base_price, true_discount
from ecomlab.market.compliance.register import NOTICE, changes, rules, within
from ecomlab.market.compliance.words import in_words

__all__ = [
    "NOTICE",
    "Profile",
    "Promotion",
    "audit",
    "base_price",
    "changes",
    "in_words",
    "needs_authentication",
    "rules",
    "true_discount",
    "within",
]
