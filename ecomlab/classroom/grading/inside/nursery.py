"""A clean, warm process that forks one child per notebook.

It has seen neither tests nor the gradebook, imports what the reference solution imported, and
keeps to one thread, as a fork carries only one along.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.sandbox import syscalls

_LIMIT = 1 << 20
# Polars' cleaner of spilled files sleeps from import on; a fork that never spills misses nothing.
_IDLE_THREADS = frozenset({"polars-ooc-clea"})


def main() -> None:
    """The process itself: build the jail and the kernel, then fork on request."""
    control = socket.socket(fileno=int(sys.argv[1]))
    plan = sandbox.Plan.from_json(sys.argv[2])
    sys.argv[1:] = []
    os.environ.pop("PYTHONPATH", None)
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if plan.isolation == "strict":
            from ecomlab.classroom.grading.sandbox.jail import enter_jail

            enter_jail(plan)
        from ecomlab.classroom.grading.inside.kernel import build_kernel

        kernel = build_kernel()
        # Here, and not in each fork.
        import ecomlab.classroom.grading.inside.serving  # noqa: F401

        forker = sandbox.Forker(plan)
        if plan.shops:
            # Read once here, it is known to every fork.
            from ecomlab.shop.cache import engine_version

            engine_version()
    except Exception as error:
        _reply(control, {"error": f"the warm process cannot start: {error}"})
        return
    _reply(control, {"memory_mb": sandbox.used_memory_mb()})
    _serve(control, plan, kernel, forker)


def _serve(control: socket.socket, plan: sandbox.Plan, kernel: Any, forker: Any) -> None:
    endings: dict[int, int] = {}
    living: set[int] = set()
    while True:
        data, fds, _, _ = socket.recv_fds(control, _LIMIT, 4)
        if not data:
            _leave(living)
        _reap(endings, living)
        request = json.loads(data)
        if request["do"] == "preload":
            _reply(control, _preload(request["modules"]))
        elif request["do"] == "settle":
            _reply(control, _settle(kernel))
        elif request["do"] == "ending":
            _reply(control, {"status": _ending(request["pid"], endings, living)})
        elif request["do"] == "fork":
            pid = forker.fork()
            if pid == 0:
                control.close()
                _be_child(plan, kernel, request["shops"], *fds)
            living.add(pid)
            _reply(control, {"pid": pid}, os.pidfd_open(pid))
            for fd in fds:
                os.close(fd)
        elif request["do"] in ("twin", "prelude"):
            pid = os.fork()
            if pid == 0:
                control.close()
                control = socket.socket(fileno=fds[0])
                endings, living = {}, set()
                with contextlib.suppress(OSError):
                    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
                if request["do"] == "prelude":
                    _play(plan, kernel, control, *fds[1:])
                else:
                    _reply(control, {"memory_mb": sandbox.used_memory_mb()})
            else:
                _reply(control, {})
                for fd in fds:
                    os.close(fd)


def _play(
    plan: sandbox.Plan,
    kernel: Any,
    control: socket.socket,
    requests: int,
    replies: int,
    files: int,
) -> None:
    """Run the instructor's own cells, with the way to fork left open; end unless it can be forked.

    A student's code never runs here.
    """
    from ecomlab.classroom.grading.inside import leftovers, stillness
    from ecomlab.classroom.grading.inside.kernel import (
        after_fork,
        random_state,
        send,
        settle_random,
    )
    from ecomlab.classroom.grading.inside.serving import serve

    try:
        spilled = after_fork(kernel, replies)
        work = sandbox.move_in(plan, files, None)
        _reply(control, {"pid": os.getpid(), "memory_mb": 0}, os.pidfd_open(os.getpid()))
        shops, stop = leftovers.watch_shops() if plan.shops else ([], lambda: None)
        random_before, before = random_state(), stillness.look(work)
        idle = serve(kernel, requests, replies, spilled, None)
        settle_random(random_before)
        stop()
        why = stillness.moved(before, work) if idle else "something waits to be run"
        used = sandbox.used_memory_mb()
        send(replies, {"is": "stays", "why": why, "memory_mb": used, "shops": shops})
        os.close(requests)
        os.close(replies)
        if why:
            os._exit(0)
        gc.collect()
        gc.freeze()
    except BaseException:
        os._exit(1)


def _leave(living: Iterable[int]) -> None:
    """End with every child: whoever asked for them is gone."""
    for pid in living:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _ending(pid: int, endings: dict[int, int], living: set[int]) -> int | None:
    for _ in range(50):
        if pid in endings:
            break
        time.sleep(0.01)
        _reap(endings, living)
    return endings.pop(pid, None)


def _be_child(
    plan: sandbox.Plan,
    kernel: Any,
    shops: list[str] | None,
    requests: int,
    replies: int,
    files: int,
) -> None:
    from ecomlab.classroom.grading.codec import wire
    from ecomlab.classroom.grading.inside.kernel import after_fork
    from ecomlab.classroom.grading.inside.serving import serve

    status = 1
    try:
        if plan.isolation != "strict":
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        spilled = after_fork(kernel, replies)
        os.set_inheritable(requests, False)
        os.set_inheritable(replies, False)
        try:
            work = sandbox.confine(plan, files, shops)
        except Exception as error:
            wire.send(replies, {"is": "unsafe", "why": str(error)})
            os._exit(3)
        serve(kernel, requests, replies, spilled, work)
        status = 0
    finally:
        os._exit(status)


def _reap(endings: dict[int, int], living: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            living.discard(pid)
            if len(endings) > 1000:
                endings.clear()
            endings[pid] = status


def _reply(control: socket.socket, answer: dict[str, Any], fd: int = -1) -> None:
    try:
        socket.send_fds(control, [json.dumps(answer).encode()], [fd] if fd >= 0 else [])
    except OSError:
        os._exit(0)
    if fd >= 0:
        os.close(fd)


def _threads() -> int:
    """How many threads this process has, those apart that are known to sleep."""
    names = []
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/self/task/{thread}/comm") as file:
            names.append(file.read().strip())
    return sum(name not in _IDLE_THREADS for name in names)


def _preload(modules: Iterable[str]) -> dict[str, Any]:
    """Import what can be imported, quietly, up to a module that leaves a thread running."""
    import warnings
    from importlib import import_module

    failed = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            if name in sys.modules:
                continue
            try:
                import_module(name)
            except BaseException:
                failed.append(name)
            if _threads() > 1:
                return _threaded(name)
    return {"failed": failed}


def _settle(kernel: Any) -> dict[str, Any]:
    """Get ready to be forked: nothing is left to warm up, and the memory there is stays shared."""
    _warm(kernel)
    if _threads() > 1:
        return _threaded("drawing a chart")
    gc.collect()
    gc.freeze()
    return {"memory_mb": sandbox.used_memory_mb()}


def _threaded(culprit: str) -> dict[str, Any]:
    return {"error": f"{culprit} left a thread running", "threaded": culprit}


def _warm(kernel: Any) -> None:
    """Do once what every notebook would do for the first time: compile, fail, draw, show."""
    kernel.session.sink = lambda message, buffers: None
    shell = kernel.shell
    for code in ("1 + 1", "raise ValueError('warm')"):
        shell.run_cell(code, store_history=False, silent=True)
    shell._last_traceback = None
    shell.user_ns.pop("_", None)
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
    if "pandas" in sys.modules:
        sys.modules["pandas"].DataFrame({"a": [1.0], "b": ["x"]})._repr_html_()
    if "matplotlib.figure" in sys.modules:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot([0, 1], label="x")
        figure.axes[0].legend()
        FigureCanvasAgg(figure).print_figure(io.BytesIO(), format="png", bbox_inches="tight")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
