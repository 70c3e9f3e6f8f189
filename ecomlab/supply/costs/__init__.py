"""Section 5.4: what delivery costs, where it can be cut, and what a new technology is worth.

Cost structure by activity, cost to serve, the way through the warehouse, and investment cases.
"""

from ecomlab.supply.costs.processing import ProcessReport, process
from ecomlab.supply.costs.serving import cost_to_serve, pareto
from ecomlab.supply.costs.structure import CostStructure, allocate, cost_structure
from ecomlab.supply.costs.technology import TechnologyCase, technology_case

__all__ = [
    "CostStructure",
    "ProcessReport",
    "TechnologyCase",
    "allocate",
    "cost_structure",
    "cost_to_serve",
    "pareto",
    "process",
    "technology_case",
]
