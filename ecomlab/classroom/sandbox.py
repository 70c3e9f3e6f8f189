"""The walls around a submission: namespaces and a root of its own, Landlock, seccomp, limits.

The zygote enters a jail once: its own mounts, processes, network and IPC, with the interpreter
and libraries read-only and nothing else of the machine. Each fork then gets a process namespace,
private scratch space and, for good, no rights.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ecomlab.classroom import seccomp
from ecomlab.classroom import syscalls as sys_

ISOLATIONS = ("strict", "basic", "none")
HOME = "/home/student"
WORK = f"{HOME}/work"
_SCRATCH_MB = 256
_MAX_FILE = 128 << 20
_THREADS = 256
ETC = (
    "alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
    "mime.types", "nsswitch.conf", "os-release", "ssl/certs", "timezone",
)  # fmt: skip


class Unavailable(RuntimeError):
    """This machine lacks a wall that the chosen isolation needs; the message names it."""


@dataclass(frozen=True)
class Plan:
    """What the zygote is to build, told by the grader, which sees the whole machine."""

    isolation: str = "strict"
    memory_mb: int = 2048
    uid: int = 64_000
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    fonts: tuple[str, ...] = field(default=())

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        raw: dict[str, Any] = json.loads(text)
        listed: dict[str, Any] = {k: tuple(v) for k, v in raw.items() if isinstance(v, list)}
        return cls(**(raw | listed))


def plan(isolation: str, *, memory_mb: int, hidden: Iterable[Path] = ()) -> Plan:
    """What a submission may see: the interpreter, its packages, fonts and the shipped data.

    Parameters
    ----------
    isolation
        ``"strict"``, ``"basic"`` or ``"none"``.
    memory_mb
        What a submission may use, the imported libraries included, in MB.
    hidden
        Folders that stay out of sight even where they lie inside what is shown.
    """
    from ecomlab import datasets

    package = Path(__file__).resolve().parents[1]
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
    )


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(p for p in paths if p != "/"):
        if not any(path == k or path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept


def missing(isolation: str) -> list[str]:
    """The walls of an isolation that this machine cannot build, in words; empty where all stand.

    Tried in a short-lived process, so that nothing of this one changes.
    """
    if isolation == "none":
        return []
    if not hasattr(os, "fork") or sys.platform != "linux":
        return [f"forked, confined processes (they need Linux; this is {sys.platform})"]
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reading)
            os.write(writing, "\n".join(_try_walls(isolation)).encode())
            status = 0
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = pipe.read().decode().splitlines()
    _, status = os.waitpid(pid, 0)
    return found if status == 0 else [*found, "a process to try the walls in"]


def _try_walls(isolation: str) -> Iterator[str]:
    try:
        seccomp.program(network=False)
        sys_.prctl(sys_.PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        yield f"seccomp ({error})"
    if isolation == "strict":
        try:
            enter_namespaces()
        except OSError as error:
            yield f"namespaces ({error})"
    elif not sys_.landlock_version():
        yield "Landlock (Linux 5.13 or later, switched on)"


def notes(isolation: str) -> list[str]:
    """What this machine lacks that is wanted but not needed."""
    if isolation == "none":
        return ["no isolation: submissions run with the grader's own rights"]
    lacking = []
    if isolation == "strict" and not sys_.landlock_version():
        lacking.append("no Landlock here: the file system is closed by namespaces alone")
    if isolation == "basic":
        lacking.append("basic isolation limits single files, not the scratch space in all")
    if isolation == "basic" and sys_.landlock_version() < 4:
        lacking.append("no Landlock for networks here: seccomp alone closes sockets")
    return lacking


def enter_namespaces() -> None:
    """New namespaces for what follows; as an ordinary user, inside a user namespace."""
    kinds = sys_.CLONE_NEWNS | sys_.CLONE_NEWPID | sys_.CLONE_NEWNET
    kinds |= sys_.CLONE_NEWIPC | sys_.CLONE_NEWUTS
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        sys_.unshare(kinds)
        return
    sys_.unshare(kinds | sys_.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def identity(wanted: Plan) -> tuple[int, int]:
    return (wanted.uid, wanted.uid) if os.getuid() == 0 else (os.getuid(), os.getgid())


class Forker:
    """Forks children, each into its own process namespace where the zygote is jailed."""

    def __init__(self, wanted: Plan) -> None:
        self._jailed = wanted.isolation == "strict"
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY) if self._jailed else -1

    def fork(self) -> int:
        """Like os.fork."""
        if self._jailed:
            sys_.unshare(sys_.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            if self._jailed:
                os.close(self._own)
        elif self._jailed:
            sys_.setns(self._own, sys_.CLONE_NEWPID)
        return pid


def confine(wanted: Plan, files: int) -> None:
    """Close the walls around this fork, in its own copy of the work folder, for good.

    Parameters
    ----------
    wanted
        The plan the zygote was given.
    files
        Descriptor of the folder whose files the notebook may read (not its notebooks).
    """
    os.umask(0o022)
    if wanted.isolation == "none":
        os.fchdir(files)
        return
    os.setsid()
    if wanted.isolation == "strict":
        work = WORK
        _private_mounts(wanted)
        _copy_files(files, work)
    else:
        os.makedirs(basic_scratch(os.getppid()), mode=0o700, exist_ok=True)
        work = tempfile.mkdtemp(dir=basic_scratch(os.getppid()))
        _copy_files(files, work)
        os.environ["TMPDIR"] = work
    # Who asked for scratch space before the walls stood was told of a place outside them.
    tempfile.tempdir = None
    os.close(files)
    os.chdir(work)
    set_limits(wanted)
    if wanted.isolation == "strict" and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(wanted.uid, wanted.uid, wanted.uid)
        os.setresuid(wanted.uid, wanted.uid, wanted.uid)
    sys_.drop_capabilities()
    # Dropping root hides a process from itself in /proc; libraries read their own maps there.
    sys_.prctl(sys_.PR_SET_DUMPABLE, 1)
    sys_.prctl(sys_.PR_SET_NO_NEW_PRIVS, 1)
    _landlock(wanted, work)
    jailed = wanted.isolation == "strict"
    sys_.seccomp(seccomp.program(network=jailed, only_signal=None if jailed else os.getpid()))


def basic_scratch(zygote: int) -> str:
    """The folder for the work of a zygote's forks, where there is no private file system."""
    return f"/tmp/ecomlab-{zygote}"


def _private_mounts(wanted: Plan) -> None:
    sys_.unshare(sys_.CLONE_NEWNS | sys_.CLONE_NEWIPC)
    uid, gid = identity(wanted)
    safe = sys_.MS_NOSUID | sys_.MS_NODEV
    scratch = f"size={_SCRATCH_MB}m,nr_inodes=20000,mode=700,uid={uid},gid={gid}"
    fonts = Path(HOME, ".cache/matplotlib")
    lists = {p.name: p.read_bytes() for p in fonts.glob("*.json")}
    # One scratch file system, bound at each place, is one limit for all of them.
    sys_.mount("tmpfs", HOME, "tmpfs", safe, scratch)
    fonts.mkdir(parents=True)
    for name, content in lists.items():
        (fonts / name).write_bytes(content)
    os.mkdir(WORK)
    for name, place in ((".shm", "/dev/shm"), (".tmp", "/tmp")):
        folder = f"{HOME}/{name}"
        os.mkdir(folder)
        if not uses_own_tmp(wanted) or place != "/tmp":
            sys_.mount(folder, place, flags=sys_.MS_BIND)
    for folder, _, files in os.walk(HOME):
        for path in (folder, *(os.path.join(folder, f) for f in files)):
            os.chown(path, uid, gid)
    flags = sys_.MS_NOSUID | sys_.MS_NODEV | sys_.MS_NOEXEC
    sys_.mount("proc", "/proc", "proc", flags)


def uses_own_tmp(wanted: Plan) -> bool:
    """Whether /tmp holds what must be shown, so that scratch files go to the home folder."""
    return any(p == "/tmp" or p.startswith("/tmp/") for p in wanted.shown)


def _copy_files(folder: int, work: str) -> None:
    """Copy the plain files of an open folder, following no link, leaving out notebooks."""
    owner = os.stat(work)
    for name in os.listdir(folder):
        try:
            entry = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except OSError:
            continue
        try:
            kind = os.fstat(entry).st_mode
            target = os.path.join(work, name)
            if stat.S_ISDIR(kind):
                os.mkdir(target)
                os.chown(target, owner.st_uid, owner.st_gid)
                _copy_files(entry, target)
            elif stat.S_ISREG(kind) and not name.endswith(".ipynb"):
                with open(target, "wb") as copy:
                    while piece := os.read(entry, 1 << 20):
                        copy.write(piece)
                os.chown(target, owner.st_uid, owner.st_gid)
        finally:
            os.close(entry)


def set_limits(wanted: Plan) -> None:
    """Cap memory, file sizes, threads and open files; no core dumps."""
    # Libraries reserve address space that they never touch; it counts, so it is given on top.
    reserved = (_status_kb("VmData") - _status_kb("RssAnon")) << 10
    memory = (wanted.memory_mb << 20) + max(0, reserved)
    caps = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: _MAX_FILE,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_CORE: 0,
    }
    if wanted.isolation == "strict":
        caps[resource.RLIMIT_NPROC] = _THREADS
    for limit, value in caps.items():
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


_READ, _WRITE = 0b1100, 0b0010
_ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_TCP = 0b11


def _landlock(wanted: Plan, work: str) -> None:
    """Reading below what is shown, writing in scratch space, and nothing else."""
    version = sys_.landlock_version()
    if not version:
        return
    handled = _ALL_FILES[min(version, 3)]
    network = _TCP if version >= 4 and wanted.isolation == "basic" else 0
    ruleset = sys_.landlock_ruleset(handled, network, scoped=version >= 6)
    if wanted.isolation == "strict":
        readable, writable = ["/"], ["/tmp", HOME, "/dev/shm", "/dev/null", "/dev/full"]
    else:
        readable = [*wanted.shown, "/lib", "/lib64", "/bin", *(f"/etc/{n}" for n in ETC)]
        readable += ["/proc/self", "/dev/urandom", "/dev/random", "/etc/passwd"]
        writable = [work, "/dev/null", "/dev/full"]
    for paths, access in ((readable, _READ), (writable, handled & ~1)):
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                of_files = 0b0100_0000_0000_0110
                usable = access if os.path.isdir(path) else access & of_files & handled
                sys_.landlock_allow(ruleset, place, usable)
                os.close(place)
    sys_.landlock_restrict(ruleset)
    os.close(ruleset)


def used_memory_mb() -> int:
    """What this process holds in memory of its own, in MB."""
    return _status_kb("RssAnon") // 1024


def _status_kb(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0
