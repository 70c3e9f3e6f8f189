"""Lantern Market (灯市): a simulated shop whose truth is known.

``World.draw(seed)`` is what is true, ``Policy()`` what management decides; ``simulate`` gives the
tables, ``Run`` plays day by day, ``what_if`` compares twins that differ in one decision.
The names below are fetched when they are first used.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "World": "ecomlab.shop.world",
    "Policy": "ecomlab.shop.policy",
    "Campaign": "ecomlab.shop.policy",
    "Decision": "ecomlab.shop.policy",
    "Experiment": "ecomlab.shop.experiments",
    "Run": "ecomlab.shop.run",
    "Snapshot": "ecomlab.shop.run",
    "Effect": "ecomlab.shop.run",
    "what_if": "ecomlab.shop.run",
    "History": "ecomlab.shop.history",
    "simulate": "ecomlab.shop.history",
    "TABLES": "ecomlab.shop.tables",
    "Shop": "ecomlab.shop.store",
    "open_shop": "ecomlab.shop.store",
    "simulate_many": "ecomlab.shop.many",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'ecomlab.shop' has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
