"""Frames on a pipe: a JSON head and a body of bytes, read with a deadline and a size limit.

Whatever arrives from a process that ran student code is untrusted: a frame is bytes of a stated
length, and its head is plain JSON.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any

_SIZES = struct.Struct("!II")
MAX_HEAD = 64 << 20
MAX_BODY = 256 << 20
_CHUNK = 1 << 20
_LONGEST_POLL = 2**31 - 1
_MUCH_LATER = 10.0


class BrokenFrame(ValueError):
    """What arrived is not a frame: the sender broke the protocol, or was taken over."""


class Closed(EOFError):
    """The other end is gone."""


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame as bytes.

    Examples
    --------
    >>> parse(pack({"do": "value"}, b"x"))
    ({'do': 'value'}, b'x', 24)
    """
    text = json.dumps(head, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return _SIZES.pack(len(text), len(body)) + text + body


def parse(buffer: bytes | bytearray) -> tuple[dict[str, Any], bytes, int] | None:
    """The first frame of a buffer and its length in bytes; None while it is incomplete.

    Raises
    ------
    BrokenFrame
        If it cannot become a frame.
    """
    if len(buffer) < _SIZES.size:
        return None
    head_size, body_size = _SIZES.unpack_from(buffer)
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise BrokenFrame(f"a frame of {head_size} + {body_size} bytes is over the limit")
    start = _SIZES.size
    end = start + head_size + body_size
    if len(buffer) < end:
        return None
    try:
        text = bytes(buffer[start : start + head_size]).decode("utf-8", "replace")
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame(f"a frame's head is not JSON: {error}") from None
    if not isinstance(head, dict):
        raise BrokenFrame("a frame's head is not an object")
    return head, bytes(buffer[start + head_size : end]), end


def write_all(fd: int, data: bytes) -> None:
    """Write every byte to a blocking pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def send(fd: int, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame to a blocking pipe."""
    write_all(fd, pack(head, body))


def receive(fd: int) -> tuple[dict[str, Any], bytes]:
    """Read one frame from a blocking pipe, and nothing of the next.

    Raises
    ------
    Closed
        If the pipe ends first.
    """
    prefix = _read_exactly(fd, _SIZES.size)
    rest = _read_exactly(fd, sum(_SIZES.unpack(prefix)))
    frame = parse(prefix + rest)
    assert frame is not None
    return frame[0], frame[1]


def _read_exactly(fd: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = os.read(fd, min(size - len(data), _CHUNK))
        if not piece:
            raise Closed("the pipe ended in the middle of a frame" if data else "the pipe ended")
        data += piece
    return bytes(data)


class Channel:
    """The grader's end of a child: frames in and out, each with a deadline.

    Parameters
    ----------
    reading, writing
        File descriptors of the two pipes; the channel owns them.
    """

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._buffer = bytearray()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self._poll = select.poll()
        self._poll.register(reading, select.POLLIN)

    def send(self, head: dict[str, Any], body: bytes = b"", *, timeout: float = 30.0) -> None:
        """Send one frame.

        Raises
        ------
        Closed
            If the child is gone, or does not read within the timeout.
        """
        view = memoryview(pack(head, body))
        deadline = time.monotonic() + timeout
        while view:
            try:
                view = view[os.write(self._writing, view) :]
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self._writing], [], left)[1]:
                    raise Closed("the child does not read its requests") from None
            except BrokenPipeError:
                raise Closed("the child is gone") from None

    def receive(self, deadline: float) -> tuple[dict[str, Any], bytes] | None:
        """The next frame, or None once ``time.monotonic()`` passes the deadline.

        Raises
        ------
        Closed
            If the child is gone.
        BrokenFrame
            If it sent something else.
        """
        while True:
            # What has arrived is read even late, as it may be the reader who was kept waiting; but
            # whoever never stops sending is not read for ever.
            if time.monotonic() > deadline + _MUCH_LATER:
                return None
            frame = parse(self._buffer)
            if frame is not None:
                head, body, size = frame
                del self._buffer[:size]
                return head, body
            left = max(0.0, deadline - time.monotonic())
            if not self._poll.poll(min(left * 1000, _LONGEST_POLL)):
                return None
            try:
                piece = os.read(self._reading, _CHUNK)
            except BlockingIOError:
                continue
            if not piece:
                raise Closed("the child is gone")
            self._buffer += piece

    def close(self) -> None:
        """Close both pipes; again is harmless."""
        for name in ("_reading", "_writing"):
            fd = getattr(self, name)
            if fd >= 0:
                setattr(self, name, -1)
                os.close(fd)
