"""Which walls this machine can build, and which it lacks."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from ecomlab.classroom.grading.sandbox import seccomp
from ecomlab.classroom.grading.sandbox import syscalls as sys_
from ecomlab.classroom.grading.sandbox.walls import enter_namespaces


class Unavailable(RuntimeError):
    """This machine lacks a wall that the chosen isolation needs; the message names it."""


def missing(isolation: str) -> list[str]:
    """The walls of an isolation that this machine cannot build, in words; empty where all stand.

    Tried in a short-lived process, so that nothing of this one changes.
    """
    if isolation == "none":
        return []
    if not hasattr(os, "fork") or sys.platform != "linux":
        return [f"forked, confined processes (they need Linux; this is {sys.platform})"]
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reading)
            os.write(writing, "\n".join(_try_walls(isolation)).encode())
            status = 0
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = pipe.read().decode().splitlines()
    _, status = os.waitpid(pid, 0)
    return found if status == 0 else [*found, "a process to try the walls in"]


def _try_walls(isolation: str) -> Iterator[str]:
    try:
        seccomp.program(network=False)
        sys_.prctl(sys_.PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        yield f"seccomp ({error})"
    if isolation == "strict":
        try:
            enter_namespaces()
        except OSError as error:
            yield f"namespaces ({error})"
    elif not sys_.landlock_version():
        yield "Landlock (Linux 5.13 or later, switched on)"


def notes(isolation: str) -> list[str]:
    """What this machine lacks that is wanted but not needed."""
    if isolation == "none":
        return ["no isolation: submissions run with the grader's own rights"]
    lacking = []
    if isolation == "strict" and not sys_.landlock_version():
        lacking.append("no Landlock here: the file system is closed by namespaces alone")
    if isolation == "basic":
        lacking.append("basic isolation limits single files, not the scratch space in all")
    if isolation == "basic" and sys_.landlock_version() < 4:
        lacking.append("no Landlock for networks here: seccomp alone closes sockets")
    return lacking
