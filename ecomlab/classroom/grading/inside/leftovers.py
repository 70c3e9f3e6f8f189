"""What a notebook leaves behind: the files that it wrote, and the shops that it simulated."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# A courtesy of this side only; the grader counts for itself.
_MOST_FILES = 10_000

Seen = dict[str, tuple[int, int]]


def files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files below a folder by their path in it, links among them but not followed."""
    count = 0
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            path = os.path.join(here, name)
            try:
                kind = os.lstat(path)
            except OSError:
                continue
            yield os.path.relpath(path, folder), kind


def seen(folder: str) -> Seen:
    """Time and size of every file, to tell later what was written."""
    return {name: (kind.st_mtime_ns, kind.st_size) for name, kind in files(folder)}


def hand_over(
    folder: str, before: Mapping[str, tuple[int, int]], send: Callable[[dict, bytes], None]
) -> dict[str, Any]:
    """Send each file that is new or changed; returns what was not sent, and what is gone."""
    links = lost = 0
    gone = set(before)
    for name, kind in files(folder):
        gone.discard(name)
        if stat.S_ISLNK(kind.st_mode):
            links += 1
        elif stat.S_ISREG(kind.st_mode) and before.get(name) != (kind.st_mtime_ns, kind.st_size):
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                send({"name": name}, content)
            except (OSError, UnicodeError, MemoryError):
                lost += 1
    return {"links": links, "lost": lost, "gone": sorted(gone)}


def watch_shops() -> tuple[list[str], Callable[[], None]]:
    """The simulated shops that this process asks for from now on, by name; and how to stop."""
    from ecomlab.shop import cache

    asked: list[str] = []
    original = cache.entry

    def entry(name: str) -> Any:
        if name not in asked:
            asked.append(name)
        return original(name)

    cache.entry = entry
    return asked, lambda: setattr(cache, "entry", original)


def shop_folder(name: str) -> str:
    """Where this process keeps a simulated shop."""
    from ecomlab.shop.cache import cache_folder, engine_version

    return str(cache_folder() / f"{name}-{engine_version()}")
