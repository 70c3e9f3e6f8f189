"""What the process of a notebook is asked, and what it answers, until the grader lets it go."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from ecomlab.classroom.grading.codec import wire
from ecomlab.classroom.grading.inside import leftovers
from ecomlab.classroom.grading.inside.answers import Answers
from ecomlab.classroom.grading.inside.judge import Judge
from ecomlab.classroom.grading.inside.kernel import Spill, send

# What cells set for their own context (NumPy's print options, decimal's precision) is there for the
# next cell, and in the forks of this process.
_context: contextvars.Context | None = None


def serve(kernel: Any, requests: int, replies: int, spilled: Spill, work: str | None) -> bool:
    """Answer requests until the grader closes the pipe, or asks this process to stay as it is.

    Parameters
    ----------
    work
        The folder that the notebook works in, where it is a copy whose changes are asked for.

    Returns
    -------
    bool
        Whether it is to stay, and nothing waits to be run.
    """
    global _context
    context = _context = _context or contextvars.copy_context()
    kernel.shell.user_ns["_dh"][:] = [os.getcwd()]
    before = leftovers.seen(work) if work else {}
    shops: list[str] = []
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def execute(request: dict) -> None:
        loop.run_until_complete(
            loop.create_task(_execute(kernel, request, spilled), context=context)
        )

    answers = Answers(kernel.shell.user_ns)
    judge = Judge(kernel.shell, requests, replies)
    while True:
        try:
            request, body = wire.receive(requests)
        except wire.Closed:
            return False
        what = request.get("do")
        if what == "execute":
            execute(request)
            send(replies, {"is": "done", "id": request["id"]})
        elif what == "ask":
            head, data = context.run(_answer, kernel, answers, request, body)
            send(replies, {"is": "answer", "id": request["id"], **head}, data)
        elif what == "judge":
            judge.mirror.begin(follow=False)
            with judge.names_of(request):
                execute(request)
            if judge.mirror.needed and kernel.shell.last_execution_succeeded:
                judge.mirror.begin(follow=True)
                with judge.names_of(request), _only_failures(kernel):
                    execute(request)
                judge.mirror.end()
            send(replies, {"is": "done", "id": request["id"]})
        elif what == "comm":
            context.run(kernel.comm_manager.comm_msg, None, None, {"content": request["content"]})
        elif what == "stay":
            idle = not asyncio.all_tasks(loop)
            loop.close()
            return idle
        elif what == "modules":
            names = [n for n, m in list(sys.modules.items()) if getattr(m, "__spec__", None)]
            send(replies, {"is": "modules", "names": names})
        elif what == "files":
            _hand_over(replies, request["id"], work, before)
        elif what == "watch":
            shops, _ = leftovers.watch_shops()
        elif what == "shops":
            send(replies, {"is": "shops", "names": shops})
        elif what == "shop":
            _hand_over(replies, request["id"], leftovers.shop_folder(request["name"]), {})


@contextlib.contextmanager
def _only_failures(kernel: Any) -> Iterator[None]:
    """Let nothing be told of what runs inside but how it failed."""
    told: list[tuple[dict, list]] = []
    sink = kernel.session.sink
    kernel.session.sink = lambda message, buffers: told.append((message, buffers))
    try:
        yield
    finally:
        kernel.session.sink = sink
    if not kernel.shell.last_execution_succeeded:
        for message, buffers in told:
            if message["header"]["msg_type"] in ("error", "execute_reply"):
                sink(message, buffers)


def _answer(kernel: Any, answers: Answers, request: dict, body: bytes) -> tuple[dict, bytes]:
    with _attributed(kernel, request["id"]):
        return answers.answer(request, body)


def _hand_over(replies: int, name: str, folder: str | None, before: leftovers.Seen) -> None:
    def put(head: dict, body: bytes) -> None:
        send(replies, {"is": "file", "id": name, **head}, body)

    rest = leftovers.hand_over(folder, before, put) if folder else {}
    send(replies, {"is": "handed over", "id": name, **rest})


async def _execute(kernel: Any, request: dict, spilled: Spill) -> None:
    """What ipykernel does on an execute_request, status messages included."""
    parent = _parent(request)
    kernel.set_parent([b""], parent)
    if request.get("count"):
        kernel.shell.execution_count = request["count"]
    kernel._publish_status("busy", "shell", parent=parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        await kernel.execute_request(None, [b""], parent)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    spilled.emit()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "flush"):
            stream.flush()
    kernel._publish_status("idle", "shell", parent=parent)


def _parent(request: dict) -> dict:
    header = {
        "msg_id": request["id"],
        "msg_type": "execute_request",
        "session": "grader",
        "username": "grader",
        "version": "5.3",
    }
    content = {
        "code": request.get("code", ""),
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": False,
    }
    return {
        "header": header,
        "msg_id": request["id"],
        "msg_type": "execute_request",
        "parent_header": {},
        "metadata": {},
        "content": content,
    }


class _attributed:
    """What is printed inside belongs to the cell with this message id."""

    def __init__(self, kernel: Any, message: str) -> None:
        self._kernel, self._message = kernel, message

    def __enter__(self) -> None:
        self._kernel.set_parent([b""], _parent({"id": self._message}))
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *failure: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stdout.flush()
        sys.stderr.flush()
