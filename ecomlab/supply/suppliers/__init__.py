"""Section 5.1: suppliers (供应商管理).

Who delivers, when and how well; whom to choose and how much to order from each; what a contract's
terms are worth, and how two firms earn more together than each by itself.
"""

from ecomlab.supply.suppliers.choosing import Comparison, ahp, first_places, topsis
from ecomlab.supply.suppliers.contracts import Cooperation, contract_value, cooperate
from ecomlab.supply.suppliers.discounts import eoq_all_units, eoq_incremental
from ecomlab.supply.suppliers.scorecard import supplier_scorecard
from ecomlab.supply.suppliers.seasons import season_cost
from ecomlab.supply.suppliers.splitting import Split, split_orders
from ecomlab.supply.suppliers.timing import lead_times, product_limit

__all__ = [
    "Comparison",
    "Cooperation",
    "Split",
    "ahp",
    "contract_value",
    "cooperate",
    "eoq_all_units",
    "eoq_incremental",
    "first_places",
    "lead_times",
    "product_limit",
    "season_cost",
    "split_orders",
    "supplier_scorecard",
    "topsis",
]
