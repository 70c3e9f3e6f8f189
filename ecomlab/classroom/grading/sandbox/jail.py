"""The zygote's jail: mounts, processes, network and IPC of its own, and nothing of the machine.

Interpreter and libraries are shown read-only; there is no other way out of it than to end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

from ecomlab.classroom.grading.sandbox import syscalls as sys_
from ecomlab.classroom.grading.sandbox.plan import ETC, HOME, SHOPS, Plan, identity
from ecomlab.classroom.grading.sandbox.walls import enter_namespaces

_MOUNTPOINT = "/sys"


def enter_jail(wanted: Plan) -> None:
    """Move this process into its jail; it returns in a new process, the first in there.

    The process that was called stays outside only to die with, and to wait for, the jailed one.
    """
    enter_namespaces()
    inside = os.fork()
    if inside:
        _, status = os.waitpid(inside, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    sys_.prctl(sys_.PR_SET_PDEATHSIG, signal.SIGKILL)
    sys_.mount("none", "/", flags=sys_.MS_REC | sys_.MS_PRIVATE)
    _build_root(wanted)
    _raise_loopback()


def _build_root(wanted: Plan) -> None:
    sys_.mount("tmpfs", _MOUNTPOINT, "tmpfs", sys_.MS_NOSUID, "size=16m,mode=755")
    root = Path(_MOUNTPOINT)
    for folder in ("proc", "dev", "dev/shm", "tmp", "etc", "home/student", "old"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    jobs = [(p, True) for p in wanted.shown] + [(p, False) for p in wanted.hidden]
    jobs += [(f"/etc/{name}", True) for name in ETC]
    for path, show in sorted(jobs):
        if show:
            _show(path, root)
        else:
            _hide(path, root)
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        original = Path("/", name)
        if original.is_symlink():
            (root / name).symlink_to(os.readlink(original))
        elif original.is_dir():
            _show(str(original), root)
    _furnish(root, wanted)
    if wanted.shops:
        _show(wanted.shops, root, at=SHOPS)
    sys_.mount("proc", f"{root}/proc", "proc", sys_.MS_NOSUID | sys_.MS_NODEV | sys_.MS_NOEXEC)
    os.chdir(root)
    sys_.pivot_root(".", "old")
    os.chdir("/")
    sys_.umount("/old", sys_.MNT_DETACH)
    os.rmdir("/old")


def _show(path: str, root: Path, at: str = "") -> None:
    target = root / (at or path).lstrip("/")
    if not os.path.exists(path):
        return
    if os.path.isdir(path):
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    sys_.mount(os.path.realpath(path), str(target), flags=sys_.MS_BIND | sys_.MS_REC)
    sys_.mount_read_only(str(target))


def _hide(path: str, root: Path) -> None:
    target = root / path.lstrip("/")
    if target.is_dir():
        sys_.mount("tmpfs", str(target), "tmpfs", sys_.MS_NOSUID, "size=1m,mode=755")


def _furnish(root: Path, wanted: Plan) -> None:
    """Devices, a user's name, and matplotlib's list of fonts, which takes seconds to make."""
    uid, gid = identity(wanted)
    (root / "etc/passwd").write_text(f"student:x:{uid}:{gid}::{HOME}:/bin/sh\n")
    (root / "etc/group").write_text(f"student:x:{gid}:\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    for name in ("null", "full", "random", "urandom"):
        (root / "dev" / name).touch()
        sys_.mount(f"/dev/{name}", f"{root}/dev/{name}", flags=sys_.MS_BIND)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (root / "dev" / name).symlink_to(f"/proc/self/fd{target}")
    fonts = root / HOME.lstrip("/") / ".cache/matplotlib"
    fonts.mkdir(parents=True)
    for font_list in wanted.fonts:
        with contextlib.suppress(OSError):
            shutil.copy(font_list, fonts)


def _raise_loopback() -> None:
    """Bring up the jail's own loopback, which leads nowhere else."""
    import fcntl
    import socket
    import struct

    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        up = struct.pack("16sh22x", b"lo", 0x1 | 0x40)
        fcntl.ioctl(probe, 0x8914, up)
