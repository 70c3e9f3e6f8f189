"""What became of a cell: run in a student's process, or once for all students."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ecomlab.classroom.grading.trusted.messages import Cap, Message
from ecomlab.classroom.grading.trusted.zygote import Zygote


class Ended(RuntimeError):
    """The process a cell ran in is gone; the message says how it ended."""


@dataclass
class Outcome:
    """What became of one cell."""

    reply: dict[str, Any] | None = None
    timed_out: bool = False
    ended: str | None = None


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
    """A warm process that has run some of the instructor's cells, and the shops these opened."""

    zygote: Zygote
    cells: tuple[Played, ...]
    shops: tuple[str, ...]
