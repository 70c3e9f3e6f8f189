"""The student's own copy of what was released, kept up to date without touching their work.

Students never work in ``release/``, as nbgrader's Validate rewrites the notebook it looks at.
They work in a copy; a manifest beside it remembers what was copied, so that a later release
replaces only what the student has left as it was.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

MANIFEST = ".released.json"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did, as paths relative to the copy.

    Parameters
    ----------
    new
        Copied for the first time, or again after the student removed them.
    updated
        Left by the student as they were copied, and now replaced by a newer release.
    kept
        Changed by the student while the release moved on: left as the student has them.
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    kept: tuple[str, ...]


def released_files(release: Path) -> dict[str, Path]:
    """The released files by their relative path, hidden files and folders left out.

    Parameters
    ----------
    release
        A folder such as ``course/release/en``; it need not exist.
    """
    found = {p.relative_to(release).as_posix(): p for p in release.rglob("*") if p.is_file()}
    return {
        name: found[name]
        for name in sorted(found)
        if not any(part.startswith((".", "__pycache__")) for part in name.split("/"))
    }


def refresh(release: Path, work: Path) -> Refreshed:
    """Copy what is released into the student's folder; never overwrite what they changed.

    A file counts as changed when its bytes differ from those copied: a notebook that was run and
    saved is the student's. The step may be interrupted and run again without loss.

    Parameters
    ----------
    release
        A folder such as ``course/release/en``.
    work
        The student's folder; made where it is missing.

    Returns
    -------
    Refreshed
        What was copied, replaced and left alone.

    Raises
    ------
    OSError
        If the student's folder cannot be written.
    """
    copied = _read_manifest(work)
    new, updated, kept = [], [], []
    for name, file in released_files(release).items():
        target = work / name
        content = file.read_bytes()
        digest = sha256(content).hexdigest()
        there = sha256(target.read_bytes()).hexdigest() if target.is_file() else None
        if there is None:
            new.append(name)
        elif there == digest:
            copied[name] = digest
            continue
        elif there == copied.get(name):
            updated.append(name)
        else:
            if copied.get(name) != digest:
                kept.append(name)
            continue
        _write(target, content)
        copied[name] = digest
    _write(work / MANIFEST, (json.dumps(copied, indent=1, sort_keys=True) + "\n").encode())
    return Refreshed(tuple(new), tuple(updated), tuple(kept))


def _read_manifest(work: Path) -> dict[str, str]:
    """What was copied earlier; where the manifest is lost, every file counts as the student's."""
    try:
        copied = json.loads((work / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return copied if isinstance(copied, dict) else {}


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half_done = target.with_name(f".{target.name}.part")
    half_done.write_bytes(content)
    os.replace(half_done, target)
