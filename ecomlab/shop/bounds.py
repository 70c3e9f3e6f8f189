"""Where a world's parameters must lie for the model to make sense at all.

Worlds are drawn well inside; these bounds meet whoever changes one by ``World.replace``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ecomlab.arguments import amount, whole
from ecomlab.shop.parameters import CHANNELS, SEGMENTS

_SHARES = (
    "mission_conversion", "browse_conversion", "look", "needs", "more_units", "buyers", "decay",
    "pulled", "top_up", "chats", "complaints", "persistence", "understated", "fill", "defects",
)  # fmt: skip
_ABOVE_ZERO = (
    "elasticity", "sensitivity", "r", "alpha", "a", "b", "shape", "half", "usual", "latency",
    "heavier", "handle", "lead", "lead_cv",
)  # fmt: skip
_NOT_NEGATIVE = ("taste", "appeal", "shock", "browse", "latency_sd", "skill", "cost_shock")
#: Bounds by the parameter's name; the others may be any finite number.
BOUNDS: dict[str, dict[str, Any]] = {
    name: bounds
    for names, bounds in (
        (_SHARES, {"least": 0, "most": 1}),
        (("launch", "share"), {"least": 0, "below": 1}),
        (_ABOVE_ZERO, {"above": 0}),
        (_NOT_NEGATIVE, {"least": 0}),
    )
    for name in names
}


def check_parameters(name: str, group: Any, categories: int) -> None:
    """Refuse a group of a world's parameters that cannot be.

    Parameters
    ----------
    name, group
        The group's name in the world, and its parameters.
    categories
        How many categories the world has.

    Raises
    ------
    TypeError, ValueError
        If a parameter is no finite number within its bounds, or a list of the wrong length.
    """
    for field in fields(group):
        value, where = getattr(group, field.name), f"{name}.{field.name}"
        kind = str(field.type)
        if kind == "int":
            whole(value, where, least=0)
        elif kind == "float":
            amount(value, where, **BOUNDS.get(field.name, {}))
        else:
            length = _length(name, field.name, kind, categories)
            if not isinstance(value, tuple) or len(value) != length:
                raise ValueError(f"{where} is {value!r}; it must be a tuple of {length} numbers")
            for i, number in enumerate(value):
                amount(number, f"{where}[{i}]", **BOUNDS.get(field.name, {}))


def _length(group: str, name: str, kind: str, categories: int) -> int:
    """How many numbers a tuple holds: what its type says, or one per what it is about."""
    if "..." not in kind:
        return kind.count("float")
    if group == "media":
        return len(CHANNELS)
    return categories if name == "elasticity" else SEGMENTS
