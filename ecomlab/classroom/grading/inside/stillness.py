"""Whether a process that ran the instructor's cells may be forked, once for each student.

A fork has memory of its own. What two forks would share, or only one of them would have, must not
be there: threads, other processes, open files, shared memory, files that were written, alarms.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from dataclasses import dataclass

from ecomlab.classroom.grading.inside import leftovers

_WRITABLE_SHARED = re.compile(r"^\S+ .w.s")


@dataclass(frozen=True)
class Look:
    """What a fork of this process would share with others, or would lack."""

    threads: frozenset[str]
    files: dict[str, tuple[int, int]]
    open_files: frozenset[str]
    shared_memory: frozenset[str]


def look(work: str) -> Look:
    """Take stock, before the cells are run."""
    _start_arrows_pools()
    return Look(_threads(), _written(work), _open_files(), _shared_memory())


def moved(before: Look, work: str) -> str:
    """What stands against forking, in words; empty where nothing does."""
    if not _threads() <= before.threads:
        return "a thread runs"
    if _has_children():
        return "another process was started"
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        return "an alarm was set"
    if _written(work) != before.files:
        return "files were written"
    # Libraries that know of forks close their files in a fork, so it is asked there.
    pid = os.fork()
    if pid == 0:
        status = 3
        try:
            opened = _open_files() - before.open_files
            shared = _shared_memory() - before.shared_memory
            status = int(bool(opened)) + 2 * int(bool(shared))
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    told = ("", "files were opened", "memory is shared")
    code = os.waitstatus_to_exitcode(status)
    return told[code] if 0 <= code < len(told) else "files were opened, and memory is shared"


def _start_arrows_pools() -> None:
    """Have the threads that Arrow reads files with counted as there before.

    A fork gets pools of its own from Arrow's handlers, so these two are no hindrance.
    """
    if "pyarrow" not in sys.modules:
        return
    import io

    import pyarrow
    from pyarrow import parquet

    pyarrow.set_io_thread_count(1)
    file = io.BytesIO()
    parquet.write_table(pyarrow.table({"a": [1], "b": [2]}), file)
    for source in (pyarrow.BufferReader(file.getvalue()), file):
        parquet.read_table(source)


def _threads() -> frozenset[str]:
    return frozenset(os.listdir("/proc/self/task"))


def _written(work: str) -> dict[str, tuple[int, int]]:
    """Every file where the cells may write, but for the libraries' own caches."""
    import tempfile

    found = {}
    for folder in {work, tempfile.gettempdir(), "/dev/shm"}:
        for name, told in leftovers.seen(folder).items():
            found[os.path.join(folder, name)] = told
    return found


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _open_files() -> frozenset[str]:
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{number} {os.readlink(f'/proc/self/fd/{number}')}")
        except FileNotFoundError:
            # The listing's own.
            continue
    return frozenset(found)


def _shared_memory() -> frozenset[str]:
    with open("/proc/self/maps") as maps:
        return frozenset(line.strip() for line in maps if _WRITABLE_SHARED.search(line))
