"""Where tests run: a process that never ran student code, to which answers cross as data.

The instructor's locked cells ran here. Names that a test uses and these cells do not define, and
names that the exercise asks the student for, are fetched from the student's process each time.
"""

from __future__ import annotations

import ast
import builtins
import dis
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from ecomlab.classroom.grading import codec
from ecomlab.classroom.grading.codec import figures, wire
from ecomlab.classroom.grading.inside.kernel import send
from ecomlab.classroom.grading.inside.mirror import Mirror


class StudentError(Exception):
    """The student's own code failed in a way that has no built-in name."""


class StudentObject:
    """What the student's process has under a name and cannot send as data.

    Its attributes are asked for one by one; nothing of it is here, so it equals nothing.
    """

    def __init__(self, judge: Judge, head: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_judge", judge)
        object.__setattr__(self, "_head", dict(head))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._judge.ask({"ask": "attribute", "object": self._head["object"], "name": name})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a student's object cannot be changed from a test")

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        doc = self._head.get("doc")
        return doc if isinstance(doc, str) else None

    def __repr__(self) -> str:
        return f"<a {self._head.get('type')}: {self._head.get('why')}>"


class StudentFunction(StudentObject):
    """A function of the student's, called there with data, answering with data."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._judge.call(self._head["object"], args, kwargs)

    @property
    def __name__(self) -> str:
        return str(self._head.get("called"))


class Judge:
    """Runs test cells in this process's shell, with the student's answers under their names.

    Parameters
    ----------
    shell
        The shell of this process.
    requests, replies
        The pipes to the grader, which passes questions on to the student's process.
    """

    def __init__(self, shell: Any, requests: int, replies: int) -> None:
        self._shell = shell
        self._requests, self._replies = requests, replies
        self._message = ""
        self.mirror = Mirror()

    @contextmanager
    def names_of(self, request: dict) -> Iterator[None]:
        """While inside, the names that the request's code needs of the student are there."""
        names = self._shell.user_ns
        self._message = request["id"]
        asked_for = set(request.get("asked_for", ()))
        own = {n for n in names if n not in asked_for}
        wanted = sorted(free_names(self._shell.transform_cell(request["code"]), names) - own)
        wanted = [n for n in wanted if n in asked_for or not hasattr(builtins, n)]
        answers = self.ask({"ask": "values", "names": wanted}) if wanted else {}
        hidden = {n: names.pop(n) for n in wanted if n in names}
        names.update(answers)
        try:
            yield
        finally:
            for name, value in answers.items():
                if names.get(name) is value:
                    del names[name]
            for name, value in hidden.items():
                names.setdefault(name, value)

    def call(self, number: int, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Call an object of the student's."""
        arguments: list[dict] = []
        given: list[tuple[Any, bytes]] = []
        for name, value in [*((None, a) for a in args), *kwargs.items()]:
            if isinstance(value, StudentObject):
                arguments.append({"name": name, "object": value._head["object"]})
            else:
                given.append((value, codec.encode(value)))
                arguments.append({"name": name, "size": len(given[-1][1])})
        question = {"ask": "call", "object": number, "arguments": arguments}
        head, data = self._put(question, b"".join(data for _, data in given))
        if "raised" in head:
            raise _as_builtin(head)
        returned = self.mirror.see(given, head, data)
        return returned[0] if returned else self._read(head, data[: int(head.get("size", 0))])

    def ask(self, question: dict, body: bytes = b"") -> Any:
        """Put a question to the student's process, through the grader.

        Raises
        ------
        Exception
            What the student's code raised, as the nearest built-in exception.
        """
        head, data = self._put(question, body)
        if question["ask"] == "values":
            given = self._read_values(head.get("values", ()), data)
            # An answer that was not asked for could replace what the test relies on.
            return {name: given[name] for name in question["names"] if name in given}
        if "raised" in head:
            raise _as_builtin(head)
        return self._read(head, data)

    def _put(self, question: dict, body: bytes) -> tuple[dict, bytes]:
        # An interrupt between question and answer would leave the answer in the pipe.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            send(self._replies, {"is": "ask", "id": self._message, **question}, body)
            head, data = wire.receive(self._requests)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return head, data

    def _read_values(self, heads: Any, data: bytes) -> dict[str, Any]:
        found: dict[str, Any] = {}
        start = 0
        for head in heads:
            end = start + int(head.get("size", 0))
            try:
                found[str(head["name"])] = self._read(head, data[start:end])
            except Exception as error:
                told = {"type": "value", "why": f"it could not be read: {error}", "object": -1}
                found[str(head["name"])] = StudentObject(self, told)
            start = end
        return found

    def _read(self, head: Mapping[str, Any], data: bytes) -> Any:
        kind = head.get("kind")
        if kind == "data":
            return codec.decode(data)
        if kind == "figure":
            return figures.rebuild(codec.decode(data))
        if kind == "object":
            proxy = StudentFunction if head.get("callable") is True else StudentObject
            return proxy(self, {**head, "object": int(head["object"])})
        raise codec.BadData("an answer of no known kind")


def _as_builtin(head: Mapping[str, Any]) -> BaseException:
    kind = getattr(builtins, str(head.get("raised")), None)
    message = str(head.get("message", ""))
    # These would end the test's own loops in silence.
    silent = (StopIteration, StopAsyncIteration)
    if (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind is not Exception
        and not issubclass(kind, silent)
    ):
        try:
            return kind(message)
        except TypeError:
            pass
    return StudentError(f"{head.get('type', 'error')}: {message}")


def free_names(code: str, defined: Mapping[str, Any]) -> set[str]:
    """The names that code, and the functions it uses of those defined, look up and do not set.

    Examples
    --------
    >>> sorted(free_names("x = 1\\nassert f(x) == answer", {}))
    ['answer', 'f']
    """
    try:
        compiled = compile(code, "<test>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return set()
    looked_up, stored = _lookups(compiled)
    found: set[str] = set()
    queue = list(looked_up - stored)
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        value = defined.get(name)
        if isinstance(value, FunctionType) and value.__globals__ is defined:
            queue += _lookups(value.__code__)[0] - found
    return found


def _lookups(code: CodeType) -> tuple[set[str], set[str]]:
    """Global names that compiled code reads, and those that its top level sets."""
    read: set[str] = set()
    stored: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            read.add(step.argval)
        elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            stored.add(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            read |= _lookups(constant)[0]
    return read, stored
