"""Take what a notebook left behind: its files beside its own, and a reference's shops to keep.

Names and contents are a student's word. They become plain files below one folder, few enough and
small enough, and never replace what the instructor gave or what the grader writes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from ecomlab.classroom.grading.record.guard import Finding
from ecomlab.classroom.grading.trusted.session import Session

MOST_FILES = 500
MOST_BYTES = 64 << 20
_DEEPEST = 10


class Basket:
    """Writes files below a folder, within limits.

    Parameters
    ----------
    folder
        Where they go; nothing in it is a link.
    kept
        Paths in it that are not replaced.
    """

    def __init__(
        self,
        folder: Path,
        kept: Collection[str] = (),
        *,
        most_files: int = MOST_FILES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._folder, self._kept = folder, {*kept}
        self._files, self._bytes = most_files, most_bytes
        self.left_out = 0

    @property
    def full(self) -> bool:
        """Whether nothing more is taken."""
        return self._files <= 0 or self._bytes <= 0

    def put(self, name: Any, content: bytes) -> None:
        """Keep one file, or count it as left out."""
        self._files -= 1
        self._bytes -= len(content)
        if self.full or not is_plain(name):
            self.left_out += 1
            return
        if name in self._kept or any(part.endswith(".ipynb") for part in Path(name).parts):
            return
        target = self._folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            inside = target.parent.resolve().is_relative_to(self._folder.resolve())
            if not inside or target.is_symlink() or target.is_dir():
                raise FileExistsError(target)
            target.write_bytes(content)
        except (FileExistsError, NotADirectoryError, PermissionError):
            self.left_out += 1

    def drop(self, name: Any) -> None:
        """Take away a file that is gone there, unless it is to be kept."""
        if not is_plain(name) or name in self._kept or name.endswith(".ipynb"):
            return
        target = self._folder / name
        inside = target.parent.resolve().is_relative_to(self._folder.resolve())
        if inside and target.is_file() and not target.is_symlink():
            target.unlink()


def is_plain(name: Any) -> bool:
    """Whether a name is a relative path without tricks.

    Examples
    --------
    >>> is_plain("plots/a.png"), is_plain("../a"), is_plain("/a"), is_plain("a//b"), is_plain("")
    (True, False, False, False, False)
    """
    if type(name) is not str or not name.isprintable() or "\\" in name:
        return False
    parts = name.split("/")
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeError:
        return False
    return (
        len(parts) <= _DEEPEST
        and all(0 < size < 256 for size in sizes)
        and not any(part in (".", "..") for part in parts)
    )


def take_files(session: Session, folder: Path, kept: Collection[str]) -> list[Finding]:
    """Put what a notebook wrote beside it, and take away what it deleted.

    What was left out is found unusual.
    """
    basket = Basket(folder, kept)
    told = session.collect({"do": "files"}, basket)
    notes = []
    if told is None:
        return [Finding("the files that it wrote could not be collected", kind="files")]
    gone = told.get("gone")
    for name in gone if isinstance(gone, list) else ():
        basket.drop(name)
    if basket.left_out or told.get("lost"):
        notes.append(Finding("some of the files that it wrote were left out", kind="files"))
    if told.get("links"):
        notes.append(Finding("links that it made were left out", kind="files"))
    return notes


def keep_shops(session: Session, names: Iterable[str]) -> None:
    """Keep the shops that a reference simulated, so that no submission need do so again."""
    from ecomlab.shop import cache

    for name in filter(is_plain, names):
        place = cache.entry(name)
        if place.exists():
            continue
        unfinished = place.with_name(f".{place.name}.{os.getpid()}")
        basket = Basket(unfinished, most_files=10_000, most_bytes=2 << 30)
        try:
            told = session.collect({"do": "shop", "name": name}, basket)
            if told is not None and not basket.left_out and unfinished.is_dir():
                with contextlib.suppress(OSError):
                    unfinished.rename(place)
        except OSError:
            return
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
