"""Every table of the shop, declared once: the checks, the data dictionary and the writer use it.

``TABLES`` maps a table's name to its declaration, in an order in which no table points to a
later one's rows more than it must (fixed tables first, then visits, then what follows from them).
"""

from ecomlab.shop.tables.checks import broken
from ecomlab.shop.tables.logistics import LOGISTICS
from ecomlab.shop.tables.people import PEOPLE
from ecomlab.shop.tables.schema import Column, Table, conform
from ecomlab.shop.tables.stalls import STALLS
from ecomlab.shop.tables.trade import TRADE

TABLES: dict[str, Table] = {t.name: t for t in (*TRADE, *LOGISTICS, *PEOPLE, STALLS)}

__all__ = ["TABLES", "Column", "Table", "broken", "conform"]
