"""What the walls are to enclose, told by the grader, which sees the whole machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ISOLATIONS = ("strict", "basic", "none")
HOME = "/home/student"
WORK = f"{HOME}/work"
SHOPS = "/shops"
ETC = (
    "alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
    "mime.types", "nsswitch.conf", "os-release", "ssl/certs", "timezone",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What the zygote is to build, told by the grader, which sees the whole machine.

    ``scratch`` is where a zygote's forks work that have no private file system.
    """

    isolation: str = "strict"
    memory_mb: int = 2048
    uid: int = 64_000
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    fonts: tuple[str, ...] = field(default=())
    shops: str = ""
    scratch: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        raw: dict[str, Any] = json.loads(text)
        listed: dict[str, Any] = {k: tuple(v) for k, v in raw.items() if isinstance(v, list)}
        return cls(**(raw | listed))


def plan(isolation: str, *, memory_mb: int, hidden: Iterable[Path] = ()) -> Plan:
    """What a submission may see: the interpreter, its packages, fonts, the shipped data and shops.

    Parameters
    ----------
    isolation
        ``"strict"``, ``"basic"`` or ``"none"``.
    memory_mb
        What a submission may use, the imported libraries included, in MB.
    hidden
        Folders that stay out of sight even where they lie inside what is shown.
    """
    import ecomlab
    from ecomlab import datasets

    package = Path(ecomlab.__file__).resolve().parent
    shown = {"/usr", sys.prefix, sys.base_prefix, str(package), str(datasets.folder())}
    shown |= {p for p in sys.path if p and "site-packages" in p and Path(p).is_dir()}
    for prefix in (sys.prefix, sys.base_prefix):
        binary = Path(prefix, "bin", "python3")
        if binary.exists():
            shown.add(str(binary.resolve().parents[1]))
    roots = _outermost({os.path.realpath(p) for p in shown} | shown)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "matplotlib")
    return Plan(
        isolation=isolation,
        memory_mb=memory_mb,
        uid=60_000 + os.getpid() % 5_000,
        shown=tuple(roots),
        hidden=tuple(str(p) for p in hidden),
        fonts=tuple(str(p) for p in sorted(cache.glob("fontlist-*.json"))),
        shops=_shops(),
    )


def _shops() -> str:
    """The user's folder of simulated shops; empty where there can be none."""
    from ecomlab.shop.cache import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(folder.resolve())


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(p for p in paths if p != "/"):
        if not any(path == k or path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept


def identity(wanted: Plan) -> tuple[int, int]:
    return (wanted.uid, wanted.uid) if os.getuid() == 0 else (os.getuid(), os.getgid())


def uses_own_tmp(wanted: Plan) -> bool:
    """Whether /tmp holds what must be shown, so that scratch files go to the home folder."""
    return any(p == "/tmp" or p.startswith("/tmp/") for p in wanted.shown)
