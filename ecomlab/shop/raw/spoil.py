"""How a log's lines go wrong, one fault a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.raw.pages import ZONE, stamps
from ecomlab.shop.raw.places import bits, chosen, upto

#: Kind -> what it is.
KINDS = {
    "cut": "ends before its time",
    "glued": "two lines without a line end between them",
    "zeros": "a run of zero bytes where no line was",
    "resent": "a line sent once more, with its batch",
    "bot": "a machine's request",
    "clock": "UTC's clock under the label +0800: eight hours early",
    "utc": "the right moment, written in +0000",
    "percent_gb18030": "search percent-encoded from GB18030, not from UTF-8",
    "bare_gb18030": "search in bare GB18030 bytes",
}
_SHORTEST, _LONGEST, _LATE = 20, 60, 200
_STAMP = re.compile(rb"\[([^\]]+) \+0800\]")
_SEARCH = re.compile(rb'(?<="GET /search\?q=)[^ ]+')
_EIGHT_HOURS = 8 * 3_600


@dataclass(frozen=True)
class Line:
    """A line and its place: by moment, then by ``rank`` (people, re-sent, machines).

    ``kind`` is empty where nothing is wrong, and ``batch`` marks lines that were sent twice: they
    are left in peace, so that the copy is the same to the byte.
    """

    moment: int
    rank: int
    entity: int
    text: bytes
    kind: str = ""
    column: str = ""
    original: str | None = None
    batch: bool = False


def resent(
    lines: list[Line], identity: NDArray[np.int64], rate: float, seed: int
) -> tuple[list[Line], list[Line]]:
    """Mark batches of the lines, ``rate`` of all, and copy them to a later place."""
    size = (_SHORTEST + _LONGEST) / 2
    begins = np.flatnonzero(chosen(seed, "log.resent", rate / size, identity)).tolist()
    sizes = _SHORTEST + upto(bits(seed, "log.batch", identity), _LONGEST - _SHORTEST + 1)
    late = upto(bits(seed, "log.late", identity), _LATE)
    marked, copies, free = list(lines), [], 0
    for begin in begins:
        end = min(begin + int(sizes[begin]), len(lines))
        if begin < free or end - begin < _SHORTEST:
            continue
        free = end
        after = lines[min(end + int(late[begin]), len(lines) - 1)].moment
        for i in range(begin, end):
            marked[i] = replace(lines[i], batch=True)
            copies.append(replace(lines[i], moment=after, rank=1, kind="resent", column="line"))
    return marked, copies


def spoiled(
    lines: list[Line], seed: int, *, broken: float, zones: float, encodings: float
) -> list[Line]:
    """The lines as they are found in the file."""
    entity = np.array([one.entity for one in lines], dtype=np.int64)

    def befalls(kind: str, rate: float) -> list[bool]:
        return chosen(seed, f"log.{kind}", rate, entity).tolist()

    fault = {
        "cut": befalls("cut", broken),
        "glued": befalls("glued", broken),
        "zeros": befalls("zeros", broken / 2),
        "clock": befalls("clock", zones),
        "utc": befalls("utc", zones),
        "percent_gb18030": befalls("percent", encodings),
        "bare_gb18030": befalls("bare", encodings),
    }
    roll = upto(bits(seed, "log.where", entity), 1 << 20).tolist()
    final: list[Line] = []
    skip = False
    for i, one in enumerate(lines):
        if skip:
            skip = False
            continue
        plain = not one.kind and not one.batch
        if fault["zeros"][i] and plain:
            run = bytes(64 + roll[i] % 449)
            final.append(replace(one, text=run, kind="zeros", column="line", original=None))
        if not plain:
            final.append(one)
        elif fault["cut"][i]:
            final.append(_cut(one, roll[i]))
        elif fault["glued"][i] and i + 1 < len(lines) and _peaceful(lines[i + 1]):
            final.append(_glued(one, lines[i + 1]))
            skip = True
        elif fault["clock"][i]:
            final.append(_restamped(one, ZONE, "clock"))
        elif fault["utc"][i]:
            final.append(_restamped(one, "+0000", "utc"))
        elif fault["percent_gb18030"][i] or fault["bare_gb18030"][i]:
            final.append(_recoded(one, bare=not fault["percent_gb18030"][i]))
        else:
            final.append(one)
    return final


def _peaceful(line: Line) -> bool:
    return not line.kind and not line.batch


def _as(line: Line, text: bytes, kind: str, column: str) -> Line:
    return replace(line, text=text, kind=kind, column=column, original=line.text.decode("ascii"))


def _cut(line: Line, roll: int) -> Line:
    """Ends inside the request or the agent: a quotation mark is left open, in any log format."""
    quotes = [i for i, byte in enumerate(line.text) if byte == ord('"')]
    begin, end = (quotes[0], quotes[1]) if roll % 2 else (quotes[4], quotes[5])
    return _as(line, line.text[: begin + 1 + roll // 2 % (end - begin)], "cut", "line")


def _glued(line: Line, following: Line) -> Line:
    both = replace(line, text=line.text + b"\n" + following.text)
    return _as(both, line.text + following.text, "glued", "line")


def _restamped(line: Line, zone: str, kind: str) -> Line:
    early = stamps(np.array([line.moment - _EIGHT_HOURS], dtype="datetime64[s]"))[0]
    return _as(line, _STAMP.sub(f"[{early} {zone}]".encode(), line.text, count=1), kind, "time")


def _recoded(line: Line, *, bare: bool) -> Line:
    """Another encoding of the search; a line without one stays as it is."""
    found = _SEARCH.search(line.text)
    word = unquote(found[0].decode("ascii")).encode("gb18030") if found else b""
    if not found or _is_utf8(word):
        return line
    kind = "bare_gb18030" if bare else "percent_gb18030"
    text = word if bare else quote(word).encode("ascii")
    return _as(line, line.text[: found.start()] + text + line.text[found.end() :], kind, "request")


def _is_utf8(word: bytes) -> bool:
    """Whether bytes of another encoding pass for UTF-8, as 鞋靴 does (Ьѥ): nobody could tell."""
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
