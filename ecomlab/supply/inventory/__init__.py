"""Section 5.2: stock (库存管理).

How much to order and when, what empty shelves hide, what a policy gives before it is tried, and
what to count, correct and look at every day.
"""

from ecomlab.supply.inventory.censoring import censored_demand
from ecomlab.supply.inventory.keeping import abc, adjust, alerts, count_plan, turnover
from ecomlab.supply.inventory.leads import lead_time_demand
from ecomlab.supply.inventory.lots import LotPlan, Order, eoq, lot_sizes, newsvendor
from ecomlab.supply.inventory.policies import OrderUpTo, ReorderQuantity, r_q, s_S
from ecomlab.supply.inventory.safety import reorder_point, safety_stock, service
from ecomlab.supply.inventory.simulation import Simulation, simulate_policy

__all__ = [
    "LotPlan",
    "Order",
    "OrderUpTo",
    "ReorderQuantity",
    "Simulation",
    "abc",
    "adjust",
    "alerts",
    "censored_demand",
    "count_plan",
    "eoq",
    "lead_time_demand",
    "lot_sizes",
    "newsvendor",
    "r_q",
    "reorder_point",
    "s_S",
    "safety_stock",
    "service",
    "simulate_policy",
    "turnover",
]
