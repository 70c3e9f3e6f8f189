"""What a prose cell and its twin in the other language must have in common."""

from __future__ import annotations

import re

# 15,970 · 7.2 · 20.1; with what multiplies them, 15.97 trillion and 15.97 万亿 are one number.
_NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s*(trillion|billion|million|万亿|亿|万)?", re.A
)
_UNITS = {"trillion": 12, "billion": 9, "million": 6, "万亿": 12, "亿": 8, "万": 4}
_MONTH = re.compile(r"\d{1,2}\s*月")  # January has no digit in English
_CODE = re.compile(r"```.*?```|`[^`]*`", re.S)


def headings(prose: str) -> list[int]:
    """The levels of the headings, in order."""
    return [len(m) for m in re.findall(r"^(#+) ", prose, re.M)]


def list_items(prose: str) -> int:
    """How many list items and table rows there are."""
    return len(re.findall(r"^\s*(?:[-*]\s|\d+\.\s|\|)", prose, re.M))


def code(prose: str) -> list[str]:
    """What is set as code, sorted; strings in it may differ."""
    return sorted(re.sub(r"\".*?\"|#.*", "", span) for span in _CODE.findall(prose))


def numbers(prose: str) -> list[float]:
    """The numbers outside code, sorted, with million, billion, 亿 and the like multiplied in."""
    found = _NUMBER.findall(_MONTH.sub(" ", _CODE.sub(" ", prose)))
    values = (float(digits.replace(",", "")) * 10 ** _UNITS.get(unit, 0) for digits, unit in found)
    return sorted(round(v, 6) for v in values)
