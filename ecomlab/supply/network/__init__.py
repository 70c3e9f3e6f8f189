"""Section 5.3: the delivery network (物流配送网络).

Where distribution centres should stand, which way the vehicles should go, and what centres save
by sharing their vehicles.
"""

from ecomlab.supply.network.coordination import Coordination, coordinate
from ecomlab.supply.network.drawing import plot_routes
from ecomlab.supply.network.locating import Siting, locate, serve_from
from ecomlab.supply.network.plans import RoutePlan
from ecomlab.supply.network.routing import routes
from ecomlab.supply.network.savings import savings_routes
from ecomlab.supply.network.stations import stations

__all__ = [
    "Coordination",
    "RoutePlan",
    "Siting",
    "coordinate",
    "locate",
    "plot_routes",
    "routes",
    "savings_routes",
    "serve_from",
    "stations",
]
