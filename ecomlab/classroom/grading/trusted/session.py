"""One notebook's run, as the grader sees it: the student's process, and the judge beside it.

What comes out of a child is checked here before it becomes an output: its kind, its size and its
parts. Nothing a child says can make a mark; only the judge's messages count in a sealed test.
"""

from __future__ import annotations

import signal
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from ecomlab.classroom.grading.codec.wire import BrokenFrame, Closed
from ecomlab.classroom.grading.record.guard import Finding
from ecomlab.classroom.grading.trusted.messages import Cap, Message, Used, checked
from ecomlab.classroom.grading.trusted.outcome import Ended, Outcome, Played, Prelude
from ecomlab.classroom.grading.trusted.zygote import Child, Zygote, in_words

# Clearing what there is would take away what the test said before.
_FROM_A_CALL = {"stream", "display_data"}


class Basket(Protocol):
    """Takes files from a child."""

    @property
    def full(self) -> bool:
        """Whether nothing more is taken."""
        ...

    def put(self, name: Any, content: bytes) -> None:
        """Keep one file."""
        ...


class _Stopwatch:
    """Tells when a cell's time is up; what its processes waited for a processor does not count.

    So a busy machine costs nobody marks. The wait is limited all the same.
    """

    _PATIENCE = 10

    def __init__(self, children: Collection[Child], seconds: float) -> None:
        self._children = children
        self.start(seconds)

    def start(self, seconds: float) -> None:
        """Begin anew, with so much time."""
        self._seconds = seconds
        self._begun = time.monotonic()
        self._before = [c.kept_waiting() for c in self._children]
        self.deadline = self._begun + seconds

    def is_up(self) -> bool:
        """Whether the time at the deadline is really up; moves the deadline where it is not."""
        waited = sum(
            max(0.0, child.kept_waiting() - before)
            for child, before in zip(self._children, self._before, strict=True)
        )
        self.deadline = self._begun + min(self._seconds + waited, self._PATIENCE * self._seconds)
        return time.monotonic() >= self.deadline


@dataclass
class Session:
    """The processes of one notebook.

    Parameters
    ----------
    zygote
        Forks them.
    folder
        Holds the files the notebook may read.
    given
        Holds the instructor's files only: what a judge may read, and import.
    setup
        The instructor's locked cells that every judge runs first.
    asked_for
        Names that the exercises ask the student for.
    attributes
        What tests may ask of an answer that is an object: what they asked of the reference's; None
        for anything, which is noted in ``asked``.
    shops, judged_shops
        Which of the user's simulated shops the student's process and the judge's see, by name;
        None for all, and for being watched which ones they open.
    prelude, judged_prelude
        Where the instructor's cells at the notebook's head were run already, and ``setup``.

    Attributes
    ----------
    notes
        What was unusual.
    killed
        Whether something else than the grader killed a process, as a machine short of memory does.
    not_data
        Whether the last test looked at an answer that is an object, which does not cross.
    """

    zygote: Zygote
    folder: str
    given: str
    setup: Collection[str] = ()
    asked_for: Collection[str] = ()
    attributes: Collection[str] | None = ()
    shops: Collection[str] | None = ()
    judged_shops: Collection[str] | None = ()
    prelude: Prelude | None = None
    judged_prelude: Prelude | None = None
    grace: float = 4.0
    notes: list[Finding] = field(default_factory=list)
    killed: bool = False
    not_data: bool = False
    asked: set[str] = field(default_factory=set)
    _student: Child | None = None
    _judge: Child | None = None
    _played: list[Played] = field(default_factory=list)
    _used: Used = field(default_factory=Used)

    def run(
        self, code: str, count: int, timeout: float | None, take: Callable[[Message], None]
    ) -> Outcome:
        """Run a cell in the student's process; ``take`` gets each message."""
        if self._student is None:
            self._student = self._new_student()
        if self._played:
            return self._played.pop(0).again(code, Cap(self._used, self.notes, take))
        return self._run(self._student, "execute", code, count, timeout, take)

    def judge(
        self, code: str, count: int, timeout: float | None, take: Callable[[Message], None]
    ) -> Outcome:
        """Run a test cell beside the student's process, which only answers."""
        if self._student is None:
            self._student = self._new_student()
        if self._judge is None:
            self._judge = self._new_judge()
        self.not_data = False
        outcome = self._run(self._judge, "judge", code, count, timeout, take)
        if outcome.ended:
            self._judge.end()
            self._judge = None
        return outcome

    def silently(self, code: str) -> None:
        """Run code in the student's process without a trace in the notebook."""
        if self._student is not None:
            self._run(self._student, "execute", code, 0, self.grace, lambda message: None)

    def take_over(self, child: Child) -> None:
        """Run the cells in this process."""
        self._student = child

    def stay(self, deadline: float) -> Message:
        """Ask the process to stay as it is; what it says of that."""
        assert self._student is not None
        self._student.channel.send({"do": "stay"})
        while (frame := self._student.channel.receive(deadline)) is not None:
            if frame[0].get("is") == "stays":
                return frame[0]
        return {}

    def modules(self) -> list[str]:
        """The modules that the student's process has loaded; of use for the reference only."""
        if self._student is None:
            self._student = self._new_student()
        return self._names(self._student, "modules")

    def shops_opened(self) -> tuple[list[str], list[str]]:
        """The simulated shops that the student's process, and the judge's, asked for.

        Of use for the reference only: these processes are watched where all shops are shown.
        """
        student, judge = (
            [*(before.shops if before else ()), *(self._names(child, "shops") if child else ())]
            for child, before in (
                (self._student, self.prelude),
                (self._judge, self.judged_prelude),
            )
        )
        return student, judge

    def _names(self, child: Child, what: str) -> list[str]:
        child.channel.send({"do": what})
        frame = child.channel.receive(time.monotonic() + 60)
        return [str(n) for n in frame[0].get("names", ())] if frame else []

    def collect(self, request: Message, basket: Basket) -> Message | None:
        """Let the student's process hand files over; what it says of the rest, None if nothing."""
        student = self._student
        if student is None or not student.alive():
            return {}
        name = uuid.uuid4().hex
        watch = _Stopwatch([student], self.grace)
        try:
            student.channel.send(request | {"id": name})
            while not basket.full:
                frame = student.channel.receive(watch.deadline)
                if frame is None:
                    if not watch.is_up():
                        continue
                    return None
                head, body = frame
                if head.get("id") != name:
                    continue
                if head.get("is") == "handed over":
                    return head
                if head.get("is") == "file":
                    basket.put(head.get("name"), body)
            return {}
        except (Closed, BrokenFrame):
            return None

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

    def _new_student(self) -> Child:
        self._played = list(self.prelude.cells) if self.prelude else []
        return self._fork(self.prelude, self.folder, self.shops)

    def _fork(self, prelude: Prelude | None, folder: str, shops: Collection[str] | None) -> Child:
        child = (prelude or self).zygote.fork(folder, shops)
        if shops is None:
            child.channel.send({"do": "watch"})
        return child

    def _new_judge(self) -> Child:
        judge = self._fork(self.judged_prelude, self.given, self.judged_shops)
        for code in () if self.judged_prelude else self.setup:
            outcome = self._run(judge, "execute", code, 0, 60.0, lambda message: None)
            if outcome.ended or outcome.timed_out:
                self.notes.append(Finding("a locked cell could not be run beside the tests"))
                judge.end()
                judge = self._fork(None, self.given, self.judged_shops)
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
        children = [child] if self._student in (child, None) else [child, self._student]
        watch = _Stopwatch(children, timeout or 10**7)
        cap = Cap(self._used, self.notes, take)
        # A student's flood must not drown what the test says.
        own = Cap(Used(), self.notes, take) if what == "judge" else cap
        request = {"do": what, "id": name, "code": code, "count": count}
        if what == "judge":
            request["asked_for"] = sorted(self.asked_for)
        try:
            child.channel.send(request)
            while True:
                frame = child.channel.receive(watch.deadline)
                if frame is None:
                    if not watch.is_up():
                        continue
                    if outcome.timed_out:
                        child.signal(signal.SIGKILL)
                        outcome.ended = "it ran past its time and could not be interrupted"
                        return outcome
                    outcome.timed_out = True
                    child.signal(signal.SIGINT)
                    watch.start(self.grace)
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
                        own(message)
                elif kind == "ask" and what == "judge":
                    if self._pass_on(child, head, body, name, watch, cap):
                        # The test itself still has to say what it makes of that.
                        watch.start(self.grace)
                elif kind == "done" and head.get("id") == name:
                    return outcome
                elif kind == "unsafe":
                    raise Ended(f"its walls could not be built: {str(head.get('why'))[:200]}")
        except (Closed, BrokenFrame) as error:
            outcome.ended = self._how_it_ended(child, error)
            return outcome
        finally:
            cap.close()
            if own is not cap:
                own.close()

    def _how_it_ended(self, child: Child, error: Exception) -> str:
        """In words; a process that broke its pipe only, or the protocol, is killed."""
        if isinstance(error, BrokenFrame):
            child.signal(signal.SIGKILL)
            return str(error)
        code = child.how_it_ended()
        self.killed |= code == -signal.SIGKILL
        child.signal(signal.SIGKILL)
        return in_words(code)

    def _pass_on(
        self,
        judge: Child,
        question: Message,
        body: bytes,
        name: str,
        watch: _Stopwatch,
        take: Callable[[Message], None],
    ) -> bool:
        """Put the judge's question to the student's process, and its answer to the judge.

        Returns whether the student's process had to be interrupted for it.
        """
        assert self._student is not None
        student = self._student
        if question.get("ask") == "attribute" and not self._may_ask(str(question.get("name"))):
            self.not_data = True
            refused = f"the answer is an object, of which {question.get('name')!r} is not asked"
            judge.channel.send({"raised": "AttributeError", "message": refused})
            return False
        asked = {k: v for k, v in question.items() if k != "is"} | {"do": "ask", "id": name}
        late = False
        try:
            student.channel.send(asked, body)
            while True:
                frame = student.channel.receive(watch.deadline)
                if frame is None:
                    if not watch.is_up():
                        continue
                    student.signal(signal.SIGKILL if late else signal.SIGINT)
                    if late:
                        raise TimeoutError("the answer took too long")
                    late = True
                    watch.start(self.grace / 2)
                    continue
                head, data = frame
                if head.get("is") == "answer" and head.get("id") == name:
                    self.not_data |= _holds_object(head)
                    judge.channel.send(head, data)
                    return late
                message = checked(head, data, name) if head.get("is") == "message" else None
                if message is not None and message["msg_type"] in _FROM_A_CALL:
                    take(message)
        except (Closed, BrokenFrame, TimeoutError) as error:
            late_too = isinstance(error, TimeoutError)
            why = str(error) if late_too else self._how_it_ended(student, error)
            gone = {"raised": "RuntimeError", "message": f"your notebook's process ended: {why}"}
            judge.channel.send(gone)
            return late

    def _may_ask(self, attribute: str) -> bool:
        if self.attributes is None:
            self.asked.add(attribute)
        return self.attributes is None or attribute in self.attributes


def _holds_object(answer: Message) -> bool:
    """Whether an answer holds an object that is neither data nor a function; for the report."""
    heads = answer.get("values", [answer])
    return isinstance(heads, list) and any(
        isinstance(h, dict) and h.get("kind") == "object" and h.get("callable") is not True
        for h in heads
    )
