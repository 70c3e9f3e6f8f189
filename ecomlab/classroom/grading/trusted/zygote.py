"""The grader's handle on a clean, warm process that forks one child per notebook.

The process itself is :mod:`~ecomlab.classroom.grading.inside.nursery`, started with
an environment of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.codec.wire import Channel

_LIMIT = 1 << 20
_START_TIMEOUT = 120.0
_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONHASHSEED", "ECOMLAB_LANG")
_SINGLE_THREADED = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS", "LOKY_MAX_CPU_COUNT", "RAYON_NUM_THREADS",
)  # fmt: skip


class ZygoteError(RuntimeError):
    """The warm process could not start, or is gone; the message says why."""


class LeftThread(ZygoteError):
    """An imported module left a thread running, which a fork would lose; it names the module."""


def warmed(plan: sandbox.Plan, modules: Iterable[str]) -> tuple[Zygote, list[str]]:
    """A warm process, and the modules it has loaded: all but those that start threads.

    What is left out is imported by each notebook itself, which costs time but no correctness.
    """
    wanted = list(modules)
    while True:
        zygote = Zygote(plan)
        try:
            zygote.preload(wanted)
            return zygote, wanted
        except LeftThread as found:
            zygote.close()
            if str(found) not in wanted:
                raise
            wanted = _without(wanted, str(found))
        except BaseException:
            zygote.close()
            raise


def _without(modules: list[str], culprit: str) -> list[str]:
    """The list without a module and what lies in it."""
    return [m for m in modules if m != culprit and not m.startswith(f"{culprit}.")]


def clean_environment(plan: sandbox.Plan) -> dict[str, str]:
    """The few variables a submission sees."""
    isolation = plan.isolation
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home = sandbox.HOME if isolation == "strict" else os.environ.get("HOME", "/tmp")
    threads = dict.fromkeys(_SINGLE_THREADED, "1")
    if isolation == "strict" and sandbox.uses_own_tmp(plan):
        kept["TMPDIR"] = f"{home}/.tmp"
    return {
        **kept,
        **threads,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "USER": "student",
        # Parallel joblib would need processes, which a submission may not start.
        "JOBLIB_MULTIPROCESSING": "0",
        # jemalloc's background threads, Arrow's and Polars', would not survive a fork.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "_RJEM_MALLOC_CONF": "background_thread:false",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass
class Child:
    """A fork that runs one notebook, as the grader holds it."""

    pid: int
    pidfd: int
    channel: Channel
    _reaped: int | None = field(default=None, repr=False)

    def alive(self) -> bool:
        """Whether it still runs."""
        import select

        return not select.select([self.pidfd], [], [], 0)[0]

    def signal(self, number: int) -> None:
        """Send it a signal; harmless where it is gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def end(self) -> None:
        """Kill it and let go of it, without waiting for its namespaces to be taken down."""
        if self.pidfd >= 0:
            self.signal(signal.SIGKILL)
            self.channel.close()
            os.close(self.pidfd)
            self.pidfd = -1


class Zygote:
    """The grader's handle on the warm process.

    Parameters
    ----------
    plan
        The walls to build around what it forks.

    Raises
    ------
    ZygoteError
        If it cannot start, naming the wall that could not be built.
    """

    def __init__(self, plan: sandbox.Plan) -> None:
        self.plan = plan
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        ours.settimeout(_START_TIMEOUT)
        code = "from ecomlab.classroom.grading.inside.nursery import main; main()"
        environment = clean_environment(plan)
        if path := _import_path():
            environment["PYTHONPATH"] = path
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(theirs.fileno()), plan.to_json()],
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        theirs.close()
        self.memory_mb = int(self._answer()["memory_mb"])

    def preload(self, modules: Iterable[str]) -> list[str]:
        """Import modules ahead of the forks; those that cannot be imported are returned.

        Raises
        ------
        ZygoteError
            If the imports alone use up the memory limit, or leave threads running.
        """
        failed: list[str] = []
        names = list(modules)
        for start in range(0, len(names), 500):
            self._tell({"do": "preload", "modules": names[start : start + 500]})
            answer = self._answer()
            failed += answer["failed"]
            self.memory_mb = int(answer["memory_mb"])
        if self.plan.isolation != "none" and self.memory_mb + 64 > self.plan.memory_mb:
            raise ZygoteError(
                f"a memory limit of {self.plan.memory_mb} MB is too low: the imported libraries "
                f"alone take {self.memory_mb} MB, and a notebook needs 64 MB more"
            )
        return failed

    def fork(self, folder: str) -> Child:
        """A new child, whose work folder holds a copy of the given folder's files."""
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        files = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            message = json.dumps({"do": "fork"}).encode()
            socket.send_fds(self._socket, [message], [request_read, reply_write, files])
        except OSError as error:
            for fd in (request_write, reply_read):
                os.close(fd)
            raise ZygoteError(f"the warm process is gone ({error})") from None
        finally:
            for fd in (request_read, reply_write, files):
                os.close(fd)
        answer, pidfd = self._answer_with_fd()
        return Child(answer["pid"], pidfd, Channel(reply_read, request_write))

    def ending(self, child: Child) -> str:
        """How a dead child ended, in words."""
        self._tell({"do": "ending", "pid": child.pid})
        status = self._answer().get("status")
        if status is None:
            return "it was stopped"
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            name = signal.Signals(-code).name
            return f"it was ended by {name}" + (
                " (out of memory, or killed)" if name == "SIGKILL" else ""
            )
        return f"it exited with status {code}"

    def close(self) -> None:
        """End the process, and every child with it."""
        self._socket.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        shutil.rmtree(sandbox.basic_scratch(self._process.pid), ignore_errors=True)
        if self._process.stderr:
            self._process.stderr.close()

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._socket.send(json.dumps(message).encode())
        except OSError as error:
            raise ZygoteError(f"the warm process is gone ({error})") from None

    def _answer(self) -> dict[str, Any]:
        return self._answer_with_fd()[0]

    def _answer_with_fd(self) -> tuple[dict[str, Any], int]:
        try:
            data, fds, _, _ = socket.recv_fds(self._socket, _LIMIT, 1)
        except TimeoutError:
            raise ZygoteError(
                f"the warm process gave no answer in {_START_TIMEOUT:.0f} s"
            ) from None
        if not data:
            self._process.kill()
            stderr = self._process.stderr.read() if self._process.stderr else b""
            last = stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ZygoteError("the warm process ended: " + (last[0] if last else "no message"))
        answer = json.loads(data)
        if "threaded" in answer:
            raise LeftThread(answer["threaded"])
        if "error" in answer:
            raise ZygoteError(answer["error"])
        return answer, fds[0] if fds else -1


def _import_path() -> str:
    """Where this package was imported from, for an interpreter that does not have it installed."""
    from pathlib import Path

    import ecomlab

    return str(Path(ecomlab.__file__).resolve().parents[1])
