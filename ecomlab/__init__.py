"""ecomlab: run an e-commerce platform, promote a brand, and see what was true.

Importing the package loads nothing heavy; the names below are fetched when they are first used.
A section's functions live in that section's module, e.g. ``ecomlab.market.growth``.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "data": "ecomlab.datasets",
    "open_shop": "ecomlab.shop.store",
    "say": "ecomlab.style",
    "set_language": "ecomlab.style",
}

__all__ = ["data", "open_shop", "say", "set_language"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'ecomlab' has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
