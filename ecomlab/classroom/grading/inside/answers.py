"""Beside the student's code: answer "the value of this name" and "call this with these data".

Nothing here is trusted; whoever changes it only changes what the student says.
"""

from __future__ import annotations

import builtins
import itertools
from types import GeneratorType
from typing import Any

from ecomlab.classroom.grading import codec
from ecomlab.classroom.grading.codec import figures
from ecomlab.classroom.grading.inside import mirror

_MAX_ITEMS = 1_000_000
_STREAMS: tuple[type, ...] = (
    GeneratorType, map, filter, zip, enumerate, reversed, range,
    type({}.keys()), type({}.values()), type({}.items()),
    *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
)  # fmt: skip


class Answers:
    """The student's names, and the objects handed out by number because they are not data."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._objects: list[Any] = []
        self._test = ""

    def answer(self, request: dict, body: bytes) -> tuple[dict, bytes]:
        """The answer to one question: its head and its data."""
        if request["id"] != self._test:
            # Each test is told of a warning anew, as IPython does for each cell.
            self._test = request["id"]
            self._names.pop("__warningregistry__", None)
        try:
            if request["ask"] == "values":
                return self._values(request["names"])
            if request["ask"] == "attribute":
                return self._one(getattr(self._objects[request["object"]], request["name"]))
            positional, keyword, given = self._arguments(request["arguments"], body)
            result = self._objects[request["object"]](*positional, **keyword)
            did, rest = mirror.doings(given, result)
            head, data = self._one(result)
            return {**head, **did, "size": len(data)}, data + rest
        except KeyboardInterrupt:
            return {"raised": "TimeoutError", "message": "the answer took too long"}, b""
        except BaseException as error:
            return _raised(error), b""

    def _values(self, names: list[str]) -> tuple[dict, bytes]:
        heads, bodies = [], []
        for name in names:
            if name in self._names:
                head, body = self._one(self._names[name])
                heads.append({"name": name, **head, "size": len(body)})
                bodies.append(body)
        return {"values": heads}, b"".join(bodies)

    def _one(self, value: Any) -> tuple[dict, bytes]:
        if type(value) in _STREAMS and type(value) is not range:
            items = list(itertools.islice(value, _MAX_ITEMS + 1))
            if len(items) <= _MAX_ITEMS:
                value = items
        description = figures.describe(value)
        if description is not None:
            return {"kind": "figure"}, codec.encode(description)
        try:
            return {"kind": "data"}, codec.encode(value)
        except codec.NotData as refusal:
            self._objects.append(value)
            return {
                "kind": "object",
                "object": len(self._objects) - 1,
                "type": type(value).__name__,
                "called": str(getattr(value, "__name__", "")),
                "doc": _text_or_none(getattr(value, "__doc__", None)),
                "callable": callable(value),
                "why": str(refusal),
            }, b""

    def _arguments(
        self, arguments: list[dict], body: bytes
    ) -> tuple[list, dict, list[tuple[Any, bytes]]]:
        """Arguments by position and by name, and those that came as data."""
        positional: list[Any] = []
        keyword: dict[str, Any] = {}
        given: list[tuple[Any, bytes]] = []
        start = 0
        for argument in arguments:
            if "object" in argument:
                value = self._objects[argument["object"]]
            else:
                end = start + argument["size"]
                value = codec.decode(body[start:end])
                given.append((value, body[start:end]))
                start = end
            if argument.get("name"):
                keyword[argument["name"]] = value
            else:
                positional.append(value)
        return positional, keyword, given


def _text_or_none(value: Any) -> str | None:
    return value if type(value) is str else None


def _raised(error: BaseException) -> dict:
    known = (c.__name__ for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c)
    return {
        "raised": next(known, "Exception"),
        "type": type(error).__name__,
        "message": str(error)[:2000],
    }
