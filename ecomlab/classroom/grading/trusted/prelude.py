"""What is the same for every student is run once: the instructor's cells before the first exercise.

A process that has run them, and nothing else, is forked for each student; what they showed is
shown again. So is the judge's set-up. No student's code or data ever reaches such a process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ecomlab.classroom.grading.codec.wire import BrokenFrame, Closed
from ecomlab.classroom.grading.trusted.messages import Cap, Message
from ecomlab.classroom.grading.trusted.session import Ended, Outcome, Session
from ecomlab.classroom.grading.trusted.zygote import Zygote, ZygoteError

_ROOM_MB = 64
_PATIENCE = 60.0


@dataclass(frozen=True)
class Played:
    """A cell that was run for all students, and what it showed."""

    code: str
    messages: tuple[Message, ...]
    reply: dict[str, Any]

    def again(self, code: str, take: Cap) -> Outcome:
        """Show it in one student's notebook."""
        if code != self.code:
            raise Ended("it began with other cells than those that were run for all")
        for message in self.messages:
            take(deepcopy(message))
        take.close()
        return Outcome(reply=deepcopy(self.reply))


@dataclass(frozen=True)
class Prelude:
    """A warm process that has run some of the instructor's cells."""

    zygote: Zygote
    cells: tuple[Played, ...]


class Preludes:
    """The preludes of a warm process, each played when it is first asked for.

    Parameters
    ----------
    zygote
        Forks them.
    given
        The folder with the instructor's files.
    """

    def __init__(self, zygote: Zygote, given: str) -> None:
        self._zygote, self._given = zygote, given
        self._known: dict[tuple[str, ...], Prelude | None] = {}

    def of(
        self, cells: Sequence[str], shops: Iterable[str], timeout: float | None = _PATIENCE
    ) -> Prelude | None:
        """The process that has run these cells; the same one for the same cells and shops."""
        shown = sorted(shops)
        key = (*shown, "", *cells)
        if key not in self._known:
            self._known[key] = play(self._zygote, self._given, shown, cells, timeout)
        return self._known[key]

    def close(self) -> None:
        """End them all."""
        for prelude in filter(None, self._known.values()):
            prelude.zygote.close()
        self._known.clear()


def play(
    zygote: Zygote,
    folder: str,
    shops: Sequence[str],
    cells: Sequence[str],
    timeout: float | None = _PATIENCE,
) -> Prelude | None:
    """Run cells for all students; None where that would not be the same for each of them.

    Parameters
    ----------
    zygote
        Knows neither tests nor students.
    folder
        Holds the instructor's files.
    shops
        The simulated shops in sight.
    cells
        The instructor's code.
    timeout
        Seconds that each may take.
    """
    if not cells or zygote.plan.isolation == "none":
        return None
    try:
        child = zygote.prelude(folder, shops)
    except ZygoteError:
        return None
    session = Session(zygote, folder, folder, shops=shops)
    session.take_over(child)
    played = _run_all(session, cells, timeout)
    if played is not None and _stays(session, zygote):
        child.let_go()
        return Prelude(child.zygote, played)
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


def _stays(session: Session, zygote: Zygote) -> bool:
    try:
        told = session.stay(time.monotonic() + _PATIENCE)
    except (Closed, BrokenFrame):
        return False
    room = int(told.get("memory_mb", 0)) + _ROOM_MB <= zygote.plan.memory_mb
    return told.get("why") == "" and room
