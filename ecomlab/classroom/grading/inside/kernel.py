"""The process a notebook runs in: ipykernel's own kernel and shell, with a pipe for a socket.

Nothing here decides a mark. What this process sends is the student's word, and is read as such.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ecomlab.classroom.grading.codec import wire

_FLUSH_BYTES = 1 << 16
_one_frame_at_a_time = threading.Lock()


def send(fd: int, head: dict, body: bytes = b"") -> None:
    """Write one frame whole, whatever other threads and an interrupt do meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _one_frame_at_a_time:
            wire.send(fd, head, body)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def build_kernel() -> Any:
    """An ipykernel without sockets or threads, to be made before any module is preloaded.

    matplotlib's inline hooks look for the shell when pyplot is first used, so the shell must
    exist by then.
    """
    # The debugger would bring threads, which do not survive a fork.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    import ipykernel.debugger  # noqa: F401

    del sys.modules["debugpy"]
    from ipykernel.iostream import IOPubThread, OutStream
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from jupyter_client.session import Session
    from traitlets.config import Config

    class PipeSession(Session):
        """Sends each message as a frame to wherever ``sink`` points after the fork."""

        sink: Callable[[dict, list], None]

        def send(  # type: ignore[override]
            self,
            stream,
            msg_or_type,
            content=None,
            parent=None,
            ident=None,
            buffers=None,
            track=False,
            header=None,
            metadata=None,
        ):
            if isinstance(msg_or_type, str):
                message = self.msg(
                    msg_or_type, content=content, parent=parent, header=header, metadata=metadata
                )
            else:
                message = msg_or_type
                buffers = buffers or message.get("buffers", [])
            self.sink(message, list(buffers or []))
            return message

    class Immediate(IOPubThread):
        """Runs at once what ipykernel hands to its output thread."""

        def __init__(self) -> None:
            self.thread = None  # type: ignore[assignment]
            self.socket = None
            self.io_loop = SimpleNamespace(call_later=lambda delay, call: None)  # type: ignore

        def schedule(self, f: Callable[[], None]) -> None:
            f()

        send_multipart = None  # type: ignore[assignment]

    class Stream(OutStream):
        """Flushes like ipykernel's, by time and by size, without a thread to wake it."""

        _since = 0.0
        _held = 0

        def write(self, string: str) -> int | None:  # type: ignore[override]
            now = time.monotonic()
            if not self._held:
                self._since = now
            written = super().write(string)
            self._held += len(string)
            if self._held > _FLUSH_BYTES or now - self._since > self.flush_interval:
                self.flush()
            return written

        def _flush(self) -> None:
            self._held = 0
            super()._flush()

    class PipeKernel(IPythonKernel):
        """ipykernel's kernel, asked directly instead of through its queues."""

        def _abort_queues(self, subshell_id=...):
            """There is no queue to abort."""

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    session = PipeSession(key=b"", check_pid=False)
    thread = Immediate()
    sys.stdout = Stream(session, thread, "stdout", watchfd=False)  # type: ignore[assignment]
    sys.stderr = Stream(session, thread, "stderr", watchfd=False)  # type: ignore[assignment]
    kernel = PipeKernel.instance(
        config=config,
        session=session,
        iopub_socket=thread,
        iopub_thread=thread,
        shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
        log=_unheard(),
        user_ns=None,
    )
    kernel._execute_sleep = 0
    # Magics such as %matplotlib ask the application for its kernel.
    IPKernelApp.instance(log=kernel.log).kernel = kernel
    # A cell's own builtins: what is preloaded asks for get_ipython as it would in a cell (pandas,
    # for how wide a table it may print), and so does a student's function that a test calls.
    kernel.shell.builtin_trap.__enter__()  # type: ignore[union-attr]
    sys.path.insert(0, "")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    _load_pdb()
    return kernel


def _unheard() -> logging.Logger:
    """A log apart from the others, so that whatever a student configures, it is not shown."""
    log = logging.Logger("kernel")
    log.addHandler(logging.NullHandler())
    return log


def _load_pdb() -> None:
    """The interruptible debugger, as ipykernel's application installs it."""
    import pdb

    from IPython.core import debugger

    if hasattr(debugger, "InterruptiblePdb"):
        debugger.Pdb = debugger.InterruptiblePdb  # type: ignore[misc]
        pdb.Pdb = debugger.Pdb  # type: ignore[assignment,misc]
        pdb.set_trace = debugger.set_trace  # type: ignore[assignment]


def after_fork(kernel: Any, replies: int) -> Spill:
    """Point the kernel's messages at this child's pipe, and forget what the zygote shared."""

    def sink(message: dict, buffers: list) -> None:
        sizes = [memoryview(b).nbytes for b in buffers]
        head = {key: message.get(key) for key in ("header", "parent_header", "metadata", "content")}
        body = b"".join(bytes(memoryview(b).cast("B")) for b in buffers)
        send(replies, {"is": "message", "sizes": sizes, **head}, body)

    kernel.session.sink = sink
    for stream in (sys.stdout, sys.stderr):
        stream._master_pid = os.getpid()  # type: ignore[union-attr]
    _reseed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Spill()


_settled: dict[str, bytes] = {}


def _reseed() -> None:
    """Give this fork its own random numbers, as a fresh kernel would have.

    Those that cells drew from or seeded before the fork go on from there.
    """
    import pickle
    import random

    # Python itself seeds its own anew in each fork.
    if "random" in _settled:
        random.setstate(pickle.loads(_settled["random"]))
    if "numpy" in sys.modules and "numpy" not in _settled:
        sys.modules["numpy"].random.seed()


def random_state() -> dict[str, bytes]:
    """Where the random numbers that any code shares stand."""
    import pickle
    import random

    states = {"random": pickle.dumps(random.getstate())}
    if "numpy" in sys.modules:
        states["numpy"] = pickle.dumps(sys.modules["numpy"].random.get_state())
    return states


def settle_random(before: dict[str, bytes]) -> None:
    """Let later forks go on with the random numbers that were used since."""
    now = random_state()
    _settled.update({n: state for n, state in now.items() if state != before.get(n)})


class Spill:
    """Catches what compiled code writes to descriptors 1 and 2, past Python's streams."""

    _LIMIT = 1 << 20

    def __init__(self) -> None:
        self._files: list[tuple[int, str]] = []
        for number, name in ((1, "stdout"), (2, "stderr")):
            file = os.memfd_create(f"ecomlab-{name}")
            os.dup2(file, number)
            os.close(file)
            self._files.append((number, name))

    def emit(self) -> None:
        """Hand what was written since the last cell to the streams."""
        for number, name in self._files:
            size = os.lseek(number, 0, os.SEEK_CUR)
            if size > 0:
                text = os.pread(number, min(size, self._LIMIT), 0).decode(errors="replace")
                os.ftruncate(number, 0)
                os.lseek(number, 0, os.SEEK_SET)
                getattr(sys, name).write(text)
