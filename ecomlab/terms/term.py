"""What a term is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One term: its English and Chinese names, and other Chinese names in use."""

    en: str
    zh: str
    also: tuple[str, ...] = ()
