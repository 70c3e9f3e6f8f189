"""Where simulated shops are kept between sessions, and who may write there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

import ecomlab

#: Rooms that keep, carry or show rows, and decide none.
APART = ("__init__", "cache", "many", "overview", "raw/", "ship", "store", "stream")


def cache_folder() -> Path:
    """The user's folder for simulated shops: ``ECOMLAB_CACHE``, or where the platform keeps such.

    Linux: ``XDG_CACHE_HOME`` or ``~/.cache``; macOS: ``~/Library/Caches``; Windows:
    ``LOCALAPPDATA``; in it, the folder ``ecomlab``.
    """
    if chosen := os.environ.get("ECOMLAB_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "ecomlab"


@cache
def engine_version() -> str:
    """The package's version and a digest of the engine's source, tables' declarations included.

    Two engines that differ in a line may differ in a draw, so neither reads the other's shops.
    """
    here = Path(__file__).parent
    digest = blake2b(digest_size=6)
    for file in sorted(here.rglob("*.py")):
        name = file.relative_to(here).as_posix()
        if not name.startswith(APART):
            digest.update(name.encode() + b"\0" + file.read_bytes())
    return f"{ecomlab.__version__}-{digest.hexdigest()}"


def entry(name: str) -> Path:
    """The folder of one shop in the cache; it is there, and whole, or it is yet to be made."""
    return cache_folder() / f"{name}-{engine_version()}"


def drop_others(name: str) -> int:
    """Delete what other versions kept of a shop, unless one is at work on it; how many were."""
    others = [p for p in cache_folder().glob(f"{name}-*") if p.is_dir() and p != entry(name)]
    dropped = 0
    for folder in others:
        with suppress(BlockingIOError), locked(folder, wait=False):
            shutil.rmtree(folder, ignore_errors=True)
            dropped += 1
    return dropped


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Be the only process that writes a folder; the lock ends with the process, killed or not.

    Raises
    ------
    BlockingIOError
        If another process holds the lock and ``wait`` is false.
    """
    path = folder / ".lock"
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
        try:
            _take(file.fileno(), wait)
            # Whoever held it before may have taken the file away: then the lock is on nothing.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    break
        except BaseException:
            file.close()
            raise
        file.close()
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        file.close()


def _take(descriptor: int, wait: bool) -> None:
    """Lock an open file until it is closed."""
    if sys.platform == "win32":
        import msvcrt
        import time

        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if not wait:
                    raise BlockingIOError("locked by another process") from None
                time.sleep(0.2)
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
