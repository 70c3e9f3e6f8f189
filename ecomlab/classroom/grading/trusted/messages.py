"""What a child sent, checked before it becomes an output: its kind, its size and its parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecomlab.classroom.grading.record.guard import Finding

_KINDS = {
    "status", "execute_input", "stream", "display_data", "execute_result", "error",
    "update_display_data", "clear_output", "comm_open", "comm_msg", "comm_close",
}  # fmt: skip
TEXT_CAP = 1 << 20
CELL_CAP = 10 << 20
NOTEBOOK_CAP = 50 << 20

Message = dict[str, Any]
_LONGEST_ERROR = 100_000


@dataclass
class Used:
    """How much output a notebook has kept so far."""

    size: int = 0


class Cap:
    """Passes messages on up to a size, then drops the excess with one note."""

    def __init__(self, used: Used, notes: list[Finding], take: Callable[[Message], None]) -> None:
        self._used, self._notes, self._take = used, notes, take
        self._text = self._all = 0
        self._dropped = 0

    def __call__(self, message: Message) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            left = max(0, TEXT_CAP - self._text)
            size = len(content["text"])
            self._text += size
            if size > left:
                self._dropped += size - left
                content["text"] = content["text"][:left]
                if not left:
                    return
        else:
            size = _size(content) + sum(len(b) for b in message["buffers"])
        over_all = self._used.size + size > NOTEBOOK_CAP
        if self._all + size > CELL_CAP or over_all:
            self._dropped += size
            return
        self._all += size
        self._used.size += size
        self._take(message)

    def close(self) -> None:
        """Say what was dropped, if anything."""
        if not self._dropped:
            return
        note = f"\n[{self._dropped:,} characters of output beyond the limit were dropped]\n"
        lost = f"{self._dropped:,} characters of output were dropped"
        self._notes.append(Finding(lost, kind="cap"))
        self._take(_message("stream", {"name": "stdout", "text": note}, ""))
        self._dropped = 0


def _size(value: Any) -> int:
    """About how much text a JSON value holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(k) + _size(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(map(_size, value))
    return 8


def _message(kind: str, content: dict[str, Any], parent: str) -> Message:
    return {
        "header": {"msg_type": kind, "date": dt.datetime.now(dt.UTC)},
        "msg_type": kind,
        "parent_header": {"msg_id": parent},
        "metadata": {},
        "content": content,
        "buffers": [],
    }


def checked(head: dict[str, Any], body: bytes, name: str) -> Message | None:
    """A message built anew from what a child sent; None if it is none, or not for this cell."""
    header, parent, content = (head.get(k) for k in ("header", "parent_header", "content"))
    if not (isinstance(header, dict) and isinstance(parent, dict) and isinstance(content, dict)):
        return None
    kind = header.get("msg_type")
    if parent.get("msg_id") != name or not isinstance(kind, str):
        return None
    if kind == "execute_reply":
        content = {
            "status": "error" if content.get("status") == "error" else "ok",
            **_error(content),
        }
    elif kind not in _KINDS or not _sound(kind, content):
        return None
    message = _message(kind, content, name)
    sizes = head.get("sizes")
    if isinstance(sizes, list) and all(isinstance(n, int) and n >= 0 for n in sizes):
        start = 0
        for size in sizes:
            message["buffers"].append(body[start : start + size])
            start += size
    return message


def _error(content: dict[str, Any]) -> dict[str, Any]:
    lines = content.get("traceback")
    return {
        "ename": str(content.get("ename", ""))[:_LONGEST_ERROR],
        "evalue": str(content.get("evalue", ""))[:_LONGEST_ERROR],
        "traceback": [str(t)[:_LONGEST_ERROR] for t in lines[:100]]
        if isinstance(lines, list)
        else [],
    }


def _sound(kind: str, content: dict[str, Any]) -> bool:
    """Whether the parts that become an output have the types of the notebook format."""
    if kind == "stream":
        named = content.get("name") in ("stdout", "stderr")
        return named and isinstance(content.get("text"), str)
    if kind in ("display_data", "execute_result", "update_display_data"):
        data = content.get("data")
        return (
            isinstance(data, dict)
            and isinstance(content.get("metadata", {}), dict)
            and all(isinstance(v, str) or "json" in k for k, v in data.items())
            and isinstance(content.get("transient") or {}, dict)
        )
    if kind == "error":
        lines = content.get("traceback")
        texts = isinstance(content.get("ename"), str) and isinstance(content.get("evalue"), str)
        return texts and isinstance(lines, list) and all(isinstance(t, str) for t in lines)
    if kind.startswith("comm"):
        return isinstance(content.get("comm_id"), str) and isinstance(content.get("data"), dict)
    return True
