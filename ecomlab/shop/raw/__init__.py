"""Raw material for chapter 6: what a shop's data look like before anyone has cleaned them.

A server log, an API to page through, a partner's file: each made from the shop's tables, with
faults injected at stated rates whose places are known, so that a clean-up can be marked against
the truth. The names below are fetched when they are first used.
"""

from importlib import import_module

_HOMES = {
    "server_log": "ecomlab.shop.raw.log",
    "ServerLog": "ecomlab.shop.raw.log",
    "practice_api": "ecomlab.shop.raw.api",
    "PracticeApi": "ecomlab.shop.raw.api",
    "partner_file": "ecomlab.shop.raw.partner",
    "PartnerFile": "ecomlab.shop.raw.partner",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'ecomlab.shop.raw' has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
