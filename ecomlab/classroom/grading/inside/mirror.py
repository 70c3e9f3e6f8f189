"""What a student's function did to the data it was given, done to the test's own data too.

A test's arguments cross as copies, so that a test that looks at them afterwards sees its own. It is
run once more with them changed as the student's are; marks can only be lost by that.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ecomlab.classroom.grading import codec

_FIXED = (type(None), bool, int, float, complex, str, bytes, range)


def doings(given: Sequence[tuple[Any, bytes]], result: Any) -> tuple[dict, bytes]:
    """In the student's process: which arguments are changed, and which one is the result itself.

    Parameters
    ----------
    given
        Each argument that came as data, after the call, and the data.
    result
        What the call returned.
    """
    changed, bodies = [], []
    same = None
    for place, (value, data) in enumerate(given):
        if type(value) in _FIXED:
            continue
        if value is result:
            same = place
        try:
            now = codec.encode(value)
        except codec.NotData:
            continue
        if now != data:
            changed.append({"place": place, "size": len(now)})
            bodies.append(now)
    return {"changed": changed, "same": same}, b"".join(bodies)


class Mirror:
    """In the judge: keeps the test's data as they are, or changes them as the student's are.

    Attributes
    ----------
    needed
        Whether a call did anything to its arguments.
    """

    def __init__(self) -> None:
        self.needed = self._follows = False
        self._undo: list[tuple[Any, bytes]] = []

    def begin(self, *, follow: bool) -> None:
        """Begin a run of a test, in which the test's data follow the student's or do not."""
        self.needed, self._follows = False, follow

    def end(self) -> None:
        """Give the data that followed back what they held."""
        for value, data in reversed(self._undo):
            _become(value, codec.decode(data))
        self._undo.clear()
        self._follows = False

    def see(self, given: Sequence[tuple[Any, bytes]], head: Mapping[str, Any], data: bytes) -> Any:
        """Take in what a call did; the argument that it returned, in a list, if it is to be told.

        Parameters
        ----------
        given
            The arguments that were sent as data, and the data.
        head, data
            The student's word; the last bytes of the data are the changed arguments.
        """
        changed, same = head.get("changed") or (), head.get("same")
        self.needed |= bool(changed) or same is not None
        if not self._follows:
            return []
        start = len(data)
        for told in reversed(changed):
            start -= int(told["size"])
            value, before = given[int(told["place"])]
            self._undo.append((value, before))
            _become(value, codec.decode(data[start : start + int(told["size"])]))
        return [] if same is None else [given[int(same)][0]]


def _become(value: Any, other: Any) -> None:
    """Let a container hold what another of its kind holds; where it cannot, it stays."""
    if type(value) is not type(other):
        return
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas and isinstance(value, pandas.DataFrame | pandas.Series):
        # As if made anew under the same name: index, columns and dtypes may have changed.
        type(value).__init__(value, other)
    elif numpy and isinstance(value, numpy.ndarray):
        if (value.shape, value.dtype) == (other.shape, other.dtype):
            value[...] = other
    elif isinstance(value, dict | set):
        value.clear()
        value.update(other)
    elif hasattr(value, "extend"):
        value.clear()
        value.extend(other)
