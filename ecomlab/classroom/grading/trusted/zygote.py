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
import tempfile
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
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
    return warmer(Zygote(plan), [], modules)


def warmer(
    zygote: Zygote, loaded: Iterable[str], modules: Iterable[str]
) -> tuple[Zygote, list[str]]:
    """The warm process with more modules; another one where one of them starts a thread."""
    wanted = list(dict.fromkeys([*loaded, *modules]))
    while True:
        try:
            zygote.preload(wanted)
            return zygote, wanted
        except LeftThread as found:
            zygote.close()
            if str(found) not in wanted:
                raise
            wanted = _without(wanted, str(found))
            zygote = Zygote(zygote.plan)
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
    if isolation != "strict" and plan.shops:
        kept["ECOMLAB_CACHE"] = plan.shops
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
    zygote: Zygote
    _host_pid: int | None = field(default=None, repr=False)

    def alive(self) -> bool:
        """Whether it still runs."""
        import select

        return not select.select([self.pidfd], [], [], 0)[0]

    def kept_waiting(self) -> float:
        """Seconds that its main thread was ready to run and got no processor, so far."""
        if self._host_pid is None:
            told = Path(f"/proc/self/fdinfo/{self.pidfd}").read_text()
            self._host_pid = int(told.partition("Pid:")[2].split()[0])
        try:
            # What may stand there instead, once it is gone, is not worth a wrong number.
            return int(Path(f"/proc/{self._host_pid}/schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0

    def signal(self, number: int) -> None:
        """Send it a signal; harmless where it is gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def how_it_ended(self) -> int | None:
        """Its status, or minus the number of a signal; None if unknown."""
        return self.zygote.exit_code(self)

    def end(self) -> None:
        """Kill it and let go of it, without waiting for its namespaces to be taken down."""
        if self.pidfd >= 0:
            self.signal(signal.SIGKILL)
            self.let_go()

    def let_go(self) -> None:
        """Leave it to itself."""
        if self.pidfd >= 0:
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
        if plan.isolation == "basic":
            plan = replace(plan, scratch=tempfile.mkdtemp(prefix="ecomlab-"))
        self.plan = plan
        self._one_at_a_time = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket, theirs = _pair()
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

    def twin(self) -> Zygote:
        """Another warm process, forked from this one, for a worker of its own.

        It ends with this one, or when its handle is closed.
        """
        other, theirs = self._another()
        with self._one_at_a_time:
            self._tell({"do": "twin"}, [theirs.fileno()])
            theirs.close()
            self._answer()
        other.memory_mb = int(other._answer()["memory_mb"])
        return other

    def _another(self) -> tuple[Zygote, socket.socket]:
        """A handle on a process that is to come, and the end of the line that it is to be given."""
        other = object.__new__(Zygote)
        other.plan, other._process = self.plan, None
        other._one_at_a_time = threading.RLock()
        other._socket, theirs = _pair()
        return other, theirs

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
            failed += self._answer()["failed"]
        self._tell({"do": "settle"})
        self.memory_mb = int(self._answer()["memory_mb"])
        if self.plan.isolation != "none" and self.memory_mb + 64 > self.plan.memory_mb:
            raise ZygoteError(
                f"a memory limit of {self.plan.memory_mb} MB is too low: the imported libraries "
                f"alone take {self.memory_mb} MB, and a notebook needs 64 MB more"
            )
        return failed

    def fork(self, folder: str, shops: Collection[str] | None = None) -> Child:
        """A new child, whose work folder holds a copy of the given folder's files.

        Of the user's simulated shops it sees those named; all where that is None.
        """
        return self._new_child("fork", folder, shops, self)

    def prelude(self, folder: str) -> Child:
        """A child that runs the instructor's cells and is then a warm process itself.

        Its ``zygote`` forks from what the cells left, once it was told to stay and said that it
        can. It has mounts of its own but none of the walls: a student's code must never run there.
        """
        other, theirs = self._another()
        try:
            child = self._new_child("prelude", folder, None, other, theirs)
        except BaseException:
            other._socket.close()
            raise
        finally:
            theirs.close()
        other.memory_mb = self.memory_mb
        return child

    def _new_child(
        self,
        what: str,
        folder: str,
        shops: Collection[str] | None,
        parent: Zygote,
        control: socket.socket | None = None,
    ) -> Child:
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        files = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        given = [request_read, reply_write, files]
        try:
            named = None if shops is None else sorted(shops)
            extra = [control.fileno()] if control else []
            with self._one_at_a_time:
                self._tell({"do": what, "shops": named}, extra + given)
                if control:
                    self._answer()
                    control.close()
                answer, pidfd = parent._answer_with_fd()
        except BaseException:
            for fd in (request_write, reply_read):
                os.close(fd)
            raise
        finally:
            for fd in given:
                os.close(fd)
        return Child(answer["pid"], pidfd, Channel(reply_read, request_write), parent)

    def exit_code(self, child: Child) -> int | None:
        """How a dead child ended: its status, or minus the number of a signal; None if unknown."""
        with self._one_at_a_time:
            self._tell({"do": "ending", "pid": child.pid})
            status = self._answer().get("status")
        return None if status is None else os.waitstatus_to_exitcode(status)

    def let_go(self) -> None:
        """Close this process's end only: a fork of it holds the other copy."""
        self._socket.close()

    def close(self) -> None:
        """End the process, and every child with it."""
        self._socket.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
            if self._process.stderr:
                self._process.stderr.close()
            if self.plan.scratch:
                try:
                    shutil.rmtree(self.plan.scratch, ignore_errors=True)
                except RecursionError:
                    # Python 3.11 removes a thousand folders in each other by recursion.
                    subprocess.run(["rm", "-rf", "--", self.plan.scratch], check=False)

    def _tell(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode()], fds or [])
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
        except OSError as error:
            raise ZygoteError(f"the warm process is gone ({error})") from None
        if not data:
            raise ZygoteError("the warm process ended: " + self._last_words())
        answer = json.loads(data)
        if "threaded" in answer:
            raise LeftThread(answer["threaded"])
        if "error" in answer:
            raise ZygoteError(answer["error"])
        return answer, fds[0] if fds else -1

    def _last_words(self) -> str:
        if self._process is None or self._process.stderr is None:
            return "no message"
        self._process.kill()
        last = self._process.stderr.read().decode(errors="replace").strip().splitlines()[-1:]
        return last[0] if last else "no message"


def in_words(code: int | None) -> str:
    """How a process ended.

    Examples
    --------
    >>> in_words(-11)
    'it was ended by SIGSEGV'
    """
    if code is None:
        return "it was stopped"
    if code < 0:
        known = {int(s): s.name for s in signal.Signals}
        name = known.get(-code, f"signal {-code}")
        return f"it was ended by {name}" + (
            " (out of memory, or killed)" if name == "SIGKILL" else ""
        )
    return f"it exited with status {code}"


def _pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_START_TIMEOUT)
    return ours, theirs


def _import_path() -> str:
    """Where this package was imported from, for an interpreter that does not have it installed."""
    import ecomlab

    return str(Path(ecomlab.__file__).resolve().parents[1])
