"""What a check gets, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ecomlab.market.compliance.profile import Profile
from ecomlab.market.compliance.register import within
from ecomlab.style import say


class Rule(NamedTuple):
    """A rule as a check needs it: its name, its place, its number and how the line is drawn."""

    name: str
    place: str
    bound: str
    threshold: float

    def holds(self, value: float) -> bool:
        """Whether a value is inside the rule's bound."""
        return within(value, self.bound, self.threshold)


class Verdict(NamedTuple):
    """What a rule says to a plan: "breach", "duty" or "met", and why."""

    status: str
    why: str


Check = Callable[[Profile, Rule], Verdict | None]


def told(status: str, *, en: str, zh: str) -> Verdict:
    """A verdict with its reason in the language in force."""
    return Verdict(status, say(en=en, zh=zh))


def kept_unless(broken: bool, *, en: str, zh: str) -> Verdict:
    """A breach for the reason given, or met."""
    if broken:
        return told("breach", en=en, zh=zh)
    return told("met", en="the plan does as the rule asks", zh="方案符合要求")


def owed(paid: bool, *, en: str, zh: str) -> Verdict:
    """A duty for a plan that pays what is due, a breach for one that does not."""
    if paid:
        return told("duty", en=en, zh=zh)
    return told("breach", en=f"{en}; the plan does not pay", zh=f"{zh}，方案没有缴纳")


def plain(broken: Callable[[Profile], bool], *, en: str, zh: str) -> Check:
    """The check of a rule that every plan either breaks, for one reason, or keeps."""

    def check(plan: Profile, _rule: Rule) -> Verdict:
        return kept_unless(broken(plan), en=en, zh=zh)

    return check
