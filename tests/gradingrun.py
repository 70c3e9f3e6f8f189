"""`ecomlab grade` in a process of its own that can be killed, for tests of the grader."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

from ecomlab.classroom.grading import sandbox
from ecomlab.cli import main

LACKING = sandbox.missing("strict")
ISOLATION = "strict" if not LACKING else "none"


class Run:
    """`ecomlab grade` in a process of its own, which has imported what this one has."""

    def __init__(self, course: Path, *words: str) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(reading)
                for number in (1, 2):
                    os.dup2(writing, number)
                sys.stdout, sys.stderr = (open(n, "w", 1, closefd=False) for n in (1, 2))  # noqa: SIM115
                os.chdir(course)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                status = main(["grade", "one", "--isolation", ISOLATION, *words])
            finally:
                os._exit(status)
        os.close(writing)
        self.said = open(reading)  # noqa: SIM115
        self.returncode: int | None = None

    def first_result(self) -> None:
        """Wait until a submission was graded."""
        for begins in ("one: the reference", "[1/"):
            assert select.select([self.said], [], [], 120)[0]
            line = self.said.readline()
            assert line.startswith(begins), line

    def end(self) -> str:
        """Wait for its end; what it said."""
        done = wait_for(lambda: os.waitid(os.P_PID, self.pid, _LOOK) is not None, 120)
        if not done:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)
        assert done, "the run did not end"
        with self.said:
            return self.said.read()


_LOOK = os.WEXITED | os.WNOHANG | os.WNOWAIT


def wait_for(condition, seconds: float) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
