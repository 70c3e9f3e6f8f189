"""What can be known from Lantern Market, and how well: the table of estimands.

Each entry holds the truth (twin runs), the course's reference method, a named naive method and the
tolerance; ``table.run`` measures them over worlds that were fixed in advance.
"""

from ecomlab.truth.estimand import Estimand
from ecomlab.truth.table import ESTIMANDS, SEEDS, run, summary

__all__ = ["ESTIMANDS", "SEEDS", "Estimand", "run", "summary"]
