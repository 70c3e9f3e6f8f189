"""What is the same for every student is run once: the instructor's cells before the first exercise.

A process that has run them, and nothing else, is forked for each student; what they showed is
shown again. So is the judge's set-up. No student's code or data ever reaches such a process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import replace

from ecomlab.classroom.grading.codec.wire import BrokenFrame, Closed
from ecomlab.classroom.grading.trusted.messages import Message
from ecomlab.classroom.grading.trusted.outcome import Ended, Played, Prelude
from ecomlab.classroom.grading.trusted.session import Session
from ecomlab.classroom.grading.trusted.zygote import Zygote, ZygoteError

_ROOM_MB = 64
_PATIENCE = 60.0


class Preludes:
    """A warm process and its preludes, each played when it is first asked for.

    Several threads may ask at once.

    Parameters
    ----------
    zygote
        Forks them.
    given
        The folder with the instructor's files.
    """

    def __init__(self, zygote: Zygote, given: str) -> None:
        self.zygote, self.given = zygote, given
        self._known: dict[tuple[str, ...], Future[Prelude | None]] = {}
        self._one_at_a_time = threading.Lock()

    def of(self, cells: Sequence[str], timeout: float | None = _PATIENCE) -> Prelude | None:
        """The process that has run these cells; the same one for the same cells."""
        key = tuple(cells)
        with self._one_at_a_time:
            is_new = key not in self._known
            found = self._known.setdefault(key, Future())
        if is_new:
            try:
                found.set_result(play(self.zygote, self.given, key, timeout))
            except BaseException as error:
                found.set_exception(error)
        return found.result()

    def twin(self) -> Preludes:
        """The same for another worker, forked from these processes; it ends when they end."""
        other = Preludes(self.zygote.twin(), self.given)
        try:
            for key, found in self._known.items():
                prelude = found.result()
                other._known[key] = Future()
                other._known[key].set_result(
                    prelude and replace(prelude, zygote=prelude.zygote.twin())
                )
        except BaseException:
            other.close()
            raise
        return other

    def let_go(self) -> None:
        """Close this process's ends only: a fork of it holds the other copies."""
        for zygote in self._zygotes():
            zygote.let_go()

    def close(self) -> None:
        """End them all, and the warm process."""
        for zygote in self._zygotes():
            zygote.close()
        self._known.clear()

    def _zygotes(self) -> Iterator[Zygote]:
        for found in self._known.values():
            if found.done() and not found.exception() and (prelude := found.result()):
                yield prelude.zygote
        yield self.zygote


def play(
    zygote: Zygote, folder: str, cells: Sequence[str], timeout: float | None = _PATIENCE
) -> Prelude | None:
    """Run cells for all students; None where that would not be the same for each of them.

    Parameters
    ----------
    zygote
        Knows neither tests nor students.
    folder
        Holds the instructor's files.
    cells
        The instructor's code; it sees all of the user's simulated shops.
    timeout
        Seconds that each may take.
    """
    if not cells or zygote.plan.isolation == "none":
        return None
    try:
        child = zygote.prelude(folder)
    except ZygoteError:
        return None
    session = Session(zygote, folder, folder)
    session.take_over(child)
    played = _run_all(session, cells, timeout)
    told = None if played is None else _stays(session, zygote)
    if played is not None and told is not None:
        child.let_go()
        return Prelude(child.zygote, played, tuple(map(str, told.get("shops", ()))))
    child.end()
    child.zygote.close()
    return None


def _run_all(
    session: Session, cells: Sequence[str], timeout: float | None
) -> tuple[Played, ...] | None:
    played = []
    for count, code in enumerate(cells, start=1):
        messages: list[Message] = []
        try:
            outcome = session.run(code, count, timeout, _recorder(messages))
        except (Ended, ZygoteError):
            return None
        told = outcome.reply
        failed = told is None or told["content"]["status"] != "ok"
        if told is None or failed or outcome.timed_out or outcome.ended or session.notes:
            return None
        # An output widget takes part in a talk between notebook and process, which cannot be
        # had twice.
        if any(_opens_output(m) for m in messages):
            return None
        played.append(Played(code, tuple(messages), told))
    return tuple(played)


def _recorder(messages: list[Message]) -> Callable[[Message], None]:
    return lambda message: messages.append(deepcopy(message))


def _opens_output(message: Message) -> bool:
    if message["msg_type"] != "comm_open":
        return False
    state = message["content"]["data"].get("state")
    return isinstance(state, dict) and state.get("_model_name") == "OutputModel"


def _stays(session: Session, zygote: Zygote) -> Message | None:
    """What the process says of itself where it can be forked for each student."""
    try:
        told = session.stay(time.monotonic() + _PATIENCE)
    except (Closed, BrokenFrame):
        return None
    room = int(told.get("memory_mb", 0)) + _ROOM_MB <= zygote.plan.memory_mb
    return told if told.get("why") == "" and room else None
