"""4.3 Building and managing a membership scheme (会员制度建立和管理)."""

from ecomlab.membership.loyalty.bgnbd import BGNBD
from ecomlab.membership.loyalty.care import care_plan
from ecomlab.membership.loyalty.cohorts import cohort_retention
from ecomlab.membership.loyalty.gammagamma import GammaGamma
from ecomlab.membership.loyalty.histories import histories
from ecomlab.membership.loyalty.privileges import (
    PrivilegeReturn,
    privilege_return,
    threshold_gap,
)
from ecomlab.membership.loyalty.rfm import rfm, rfm_classes
from ecomlab.membership.loyalty.shifted import ShiftedBetaGeometric
from ecomlab.membership.loyalty.tiers import design_tiers, tiers
from ecomlab.membership.loyalty.value import clv

__all__ = [
    "BGNBD",
    "GammaGamma",
    "PrivilegeReturn",
    "ShiftedBetaGeometric",
    "care_plan",
    "clv",
    "cohort_retention",
    "design_tiers",
    "histories",
    "privilege_return",
    "rfm",
    "rfm_classes",
    "threshold_gap",
    "tiers",
]
