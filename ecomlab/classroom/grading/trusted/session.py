"""One notebook's run, as the grader sees it: the student's process, and the judge beside it.

What comes out of a child is checked here before it becomes an output: its kind, its size and its
parts. Nothing a child says can make a mark; only the judge's messages count in a sealed test.
"""

from __future__ import annotations

import datetime as dt
import signal
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from ecomlab.classroom.grading.codec.wire import BrokenFrame, Closed
from ecomlab.classroom.grading.trusted.zygote import Child, Zygote

_FROM_A_CALL = {"stream", "display_data", "clear_output"}
_KINDS = {
    "status", "execute_input", "stream", "display_data", "execute_result", "error",
    "update_display_data", "clear_output", "comm_open", "comm_msg", "comm_close",
}  # fmt: skip
TEXT_CAP = 1 << 20
CELL_CAP = 10 << 20
NOTEBOOK_CAP = 50 << 20

Message = dict[str, Any]


class Ended(RuntimeError):
    """The process a cell ran in is gone; the message says how it ended."""


@dataclass
class Outcome:
    """What became of one cell."""

    reply: dict[str, Any] | None = None
    timed_out: bool = False
    ended: str | None = None


@dataclass
class Session:
    """The processes of one notebook.

    Parameters
    ----------
    zygote
        Forks them.
    folder
        Holds the files the notebook may read.
    setup
        The instructor's locked cells that every judge runs first.
    asked_for
        Names that the exercises ask the student for.
    """

    zygote: Zygote
    folder: str
    setup: Collection[str] = ()
    asked_for: Collection[str] = ()
    grace: float = 4.0
    notes: list[str] = field(default_factory=list)
    _student: Child | None = None
    _judge: Child | None = None
    _used: int = 0

    def run(
        self, code: str, count: int, timeout: float | None, take: Callable[[Message], None]
    ) -> Outcome:
        """Run a cell in the student's process; ``take`` gets each message."""
        if self._student is None:
            self._student = self.zygote.fork(self.folder)
        return self._run(self._student, "execute", code, count, timeout, take)

    def judge(
        self, code: str, count: int, timeout: float | None, take: Callable[[Message], None]
    ) -> Outcome:
        """Run a test cell beside the student's process, which only answers."""
        if self._student is None:
            self._student = self.zygote.fork(self.folder)
        if self._judge is None:
            self._judge = self._new_judge()
        outcome = self._run(self._judge, "judge", code, count, timeout, take)
        if outcome.ended:
            self._judge.end()
            self._judge = None
        return outcome

    def silently(self, code: str) -> None:
        """Run code in the student's process without a trace in the notebook."""
        if self._student is not None:
            self._run(self._student, "execute", code, 0, self.grace, lambda message: None)

    def modules(self) -> list[str]:
        """The modules that the student's process has loaded; of use for the reference only."""
        assert self._student is not None
        self._student.channel.send({"do": "modules"})
        frame = self._student.channel.receive(time.monotonic() + self.grace)
        return [str(n) for n in frame[0].get("names", ())] if frame else []

    def tell_widget(self, content: dict[str, Any]) -> None:
        """Pass a widget's message on to the student's process."""
        if self._student is not None:
            self._student.channel.send({"do": "comm", "content": content})

    def close(self) -> None:
        """End both processes."""
        for child in (self._student, self._judge):
            if child is not None:
                child.end()
        self._student = self._judge = None

    def _new_judge(self) -> Child:
        judge = self.zygote.fork(self.folder)
        for code in self.setup:
            outcome = self._run(judge, "execute", code, 0, 60.0, lambda message: None)
            if outcome.ended or outcome.timed_out:
                self.notes.append("a locked cell could not be run beside the tests")
                judge.end()
                judge = self.zygote.fork(self.folder)
                break
        return judge

    def _run(
        self,
        child: Child,
        what: str,
        code: str,
        count: int,
        timeout: float | None,
        take: Callable[[Message], None],
    ) -> Outcome:
        name = uuid.uuid4().hex
        outcome = Outcome()
        deadline = time.monotonic() + (timeout or 10**7)
        cap = _Cap(self, take)
        request = {"do": what, "id": name, "code": code, "count": count}
        if what == "judge":
            request["asked_for"] = sorted(self.asked_for)
        try:
            child.channel.send(request)
            while True:
                frame = child.channel.receive(deadline)
                if frame is None:
                    if outcome.timed_out:
                        child.signal(signal.SIGKILL)
                        outcome.ended = "it ran past its time and could not be interrupted"
                        return outcome
                    outcome.timed_out = True
                    child.signal(signal.SIGINT)
                    deadline = time.monotonic() + self.grace
                    continue
                head, body = frame
                kind = head.get("is")
                if kind == "message":
                    message = checked(head, body, name)
                    if message is None:
                        continue
                    if message["msg_type"] == "execute_reply":
                        outcome.reply = message
                    else:
                        cap(message)
                elif kind == "ask" and what == "judge":
                    if self._pass_on(child, head, body, name, deadline, cap):
                        # The test itself still has to say what it makes of that.
                        deadline = time.monotonic() + self.grace
                elif kind == "done" and head.get("id") == name:
                    return outcome
                elif kind == "unsafe":
                    raise Ended(f"its walls could not be built: {head.get('why')}")
        except (Closed, BrokenFrame) as error:
            broken = isinstance(error, BrokenFrame)
            outcome.ended = str(error) if broken else self.zygote.ending(child)
            child.signal(signal.SIGKILL)
            return outcome
        finally:
            cap.close()

    def _pass_on(
        self,
        judge: Child,
        question: Message,
        body: bytes,
        name: str,
        deadline: float,
        take: Callable[[Message], None],
    ) -> bool:
        """Put the judge's question to the student's process, and its answer to the judge.

        Returns whether the student's process had to be interrupted for it.
        """
        assert self._student is not None
        student = self._student
        asked = {k: v for k, v in question.items() if k != "is"} | {"do": "ask", "id": name}
        late = False
        try:
            student.channel.send(asked, body)
            while True:
                frame = student.channel.receive(deadline)
                if frame is None:
                    student.signal(signal.SIGKILL if late else signal.SIGINT)
                    if late:
                        raise Closed("the answer took too long")
                    late, deadline = True, time.monotonic() + self.grace / 2
                    continue
                head, data = frame
                if head.get("is") == "answer" and head.get("id") == name:
                    judge.channel.send(head, data)
                    return late
                message = checked(head, data, name) if head.get("is") == "message" else None
                if message is not None and message["msg_type"] in _FROM_A_CALL:
                    take(message)
        except (Closed, BrokenFrame) as error:
            student.signal(signal.SIGKILL)
            gone = {"raised": "RuntimeError", "message": f"your notebook's process ended: {error}"}
            judge.channel.send(gone)
            return late


class _Cap:
    """Passes messages on up to a size, then drops the excess with one note."""

    def __init__(self, session: Session, take: Callable[[Message], None]) -> None:
        self._session, self._take = session, take
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
        over_all = self._session._used + size > NOTEBOOK_CAP
        if self._all + size > CELL_CAP or over_all:
            self._dropped += size
            return
        self._all += size
        self._session._used += size
        self._take(message)

    def close(self) -> None:
        """Say what was dropped, if anything."""
        if not self._dropped:
            return
        note = f"\n[{self._dropped:,} characters of output beyond the limit were dropped]\n"
        self._session.notes.append(f"{self._dropped:,} characters of output were dropped")
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
        "ename": str(content.get("ename", "")),
        "evalue": str(content.get("evalue", "")),
        "traceback": [str(t) for t in lines] if isinstance(lines, list) else [],
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
