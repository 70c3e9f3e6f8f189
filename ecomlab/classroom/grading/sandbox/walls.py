"""Close the walls around a fork: mounts and processes of its own, Landlock, seccomp, limits."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path

from ecomlab.classroom.grading.sandbox import seccomp
from ecomlab.classroom.grading.sandbox import syscalls as sys_
from ecomlab.classroom.grading.sandbox.plan import (
    ETC,
    HOME,
    SHOPS,
    WORK,
    Plan,
    identity,
    uses_own_tmp,
)

_SCRATCH_MB = 256
_MAX_FILE = 128 << 20
_THREADS = 256
# Address space beyond what a process may use: libraries reserve much, and each 512 GB of it that
# is looked at costs 1 GB of page tables, which no other limit counts.
_RESERVE = 64 << 30
_STACK = 8 << 20


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


def confine(wanted: Plan, files: int, shops: Collection[str] | None = None) -> str | None:
    """Close the walls around this fork, in its own copy of the work folder, for good.

    Parameters
    ----------
    wanted
        The plan the zygote was given.
    files
        Descriptor of the folder whose files the notebook may read (not its notebooks).
    shops
        Which of the user's simulated shops are in sight, by name; all where that is None.
        Without mounts of its own a fork sees them all.

    Returns
    -------
    str or None
        The copy that it works in; None where it works in the folder itself.
    """
    os.umask(0o022)
    if wanted.isolation == "none":
        os.fchdir(files)
        return None
    os.setsid()
    work = move_in(wanted, files, shops)
    if wanted.isolation == "strict" and wanted.shops:
        sys_.umount(SHOPS, sys_.MNT_DETACH)
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
    return work


def move_in(wanted: Plan, files: int, shops: Collection[str] | None) -> str:
    """Mounts and a work folder of this process's own; its way to further ones stays open."""
    if wanted.isolation == "strict":
        work = WORK
        _private_mounts(wanted)
        _show_shops(wanted, shops)
    else:
        work = tempfile.mkdtemp(dir=wanted.scratch)
        os.environ["TMPDIR"] = work
    _copy_files(files, work)
    os.close(files)
    os.chdir(work)
    # Who asked for scratch space before the walls stood was told of a place outside them.
    tempfile.tempdir = None
    return work


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


def _show_shops(wanted: Plan, names: Collection[str] | None) -> None:
    """Bind shops, read-only, where ``open_shop`` looks for them.

    The others are put out of sight before a student's code runs: their names tell seeds, and
    which ones a hidden test opens is nobody's business.
    """
    from ecomlab.shop.cache import engine_version

    if not wanted.shops:
        return
    home = Path(HOME, ".cache/ecomlab")
    uid, gid = identity(wanted)
    home.mkdir()
    os.chown(home, uid, gid)
    ending = f"-{engine_version()}"
    for shop in sorted(Path(SHOPS).glob(f"*{ending}")):
        if names is not None and shop.name.removesuffix(ending) not in names:
            continue
        # What this user could not read is better simulated than half seen.
        if uid == shop.stat().st_uid or _open_to_all(shop):
            (home / shop.name).mkdir()
            sys_.mount(str(shop), str(home / shop.name), flags=sys_.MS_BIND)


def _open_to_all(folder: Path) -> bool:
    readable = [p.stat().st_mode & 0o004 for p in folder.rglob("*") if not p.name.startswith(".")]
    return bool(folder.stat().st_mode & 0o005 == 0o005 and all(readable))


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
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_AS: (_status_kb("VmSize") << 10) + memory + _RESERVE,
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
        readable = [
            *wanted.shown,
            *filter(None, [wanted.shops]),
            "/lib",
            "/lib64",
            "/bin",
            *(f"/etc/{n}" for n in ETC),
        ]
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
