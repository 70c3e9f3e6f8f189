"""4.3 Building and managing a membership scheme (会员制度建立和管理)."""

from ecomlab.membership.loyalty.bgnbd import BGNBD
from ecomlab.membership.loyalty.cohorts import cohort_retention
from ecomlab.membership.loyalty.rfm import rfm, rfm_classes

__all__ = ["BGNBD", "cohort_retention", "rfm", "rfm_classes"]
