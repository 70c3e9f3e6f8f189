"""Speak one language without making it the session's."""

from __future__ import annotations

from typing import Protocol


class Say(Protocol):
    """As ``ecomlab.style.say``: the text in the language in force."""

    def __call__(self, *, en: str, zh: str) -> str: ...


def in_language(lang: str) -> Say:
    """A ``say`` that speaks ``lang`` alone.

    ``style.set_language`` also styles charts, so it loads matplotlib: too much for a command that
    draws nothing, and impossible for a doctor called because matplotlib is broken.

    Parameters
    ----------
    lang
        ``"en"`` or ``"zh"``.

    Examples
    --------
    >>> in_language("zh")(en="market size", zh="市场规模")
    '市场规模'
    """

    def say(*, en: str, zh: str) -> str:
        return zh if lang == "zh" else en

    return say
