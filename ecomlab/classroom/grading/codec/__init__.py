"""Carry an answer between processes as data: an allow-list of exact types, and no pickle.

Encoding runs beside the student's code and is not trusted. Decoding trusts nothing: it builds
only the types listed here, from checked parts, and refuses everything else. A subclass, however
alike, is not data; neither is an object that only says that it is a number.
"""

from __future__ import annotations

import json
from typing import Any

from ecomlab.classroom.grading.codec.core import BadData, NotData, from_node, to_node

__all__ = ["MAX_BYTES", "BadData", "NotData", "decode", "encode"]

MAX_BYTES = 64 << 20


def encode(value: Any) -> bytes:
    """The value as bytes.

    Raises
    ------
    NotData
        If the value, or a part of it, is of a type that does not cross, or is too large.

    Examples
    --------
    >>> decode(encode({"share": [0.5, None, (1, 2)]}))
    {'share': [0.5, None, (1, 2)]}
    >>> class Equal(float):
    ...     def __eq__(self, other): return True
    >>> encode(Equal(0.5))
    Traceback (most recent call last):
        ...
    ecomlab.classroom.grading.codec.core.NotData: a value of type Equal is not data
    """
    try:
        data = json.dumps(to_node(value, 0), separators=(",", ":")).encode("ascii")
    except RecursionError:
        raise NotData("the value is nested too deeply") from None
    if len(data) > MAX_BYTES:
        raise NotData(f"the value is too large: {len(data) >> 20} MB, at most {MAX_BYTES >> 20}")
    return data


def decode(data: bytes) -> Any:
    """The value that :func:`encode` was given.

    Raises
    ------
    BadData
        If the bytes are not what the codec makes.
    """
    if len(data) > MAX_BYTES:
        raise BadData("the data are too large")
    try:
        return from_node(json.loads(data), 0)
    except BadData:
        raise
    except Exception as error:
        raise BadData(f"the data are damaged ({type(error).__name__}: {error})") from None
