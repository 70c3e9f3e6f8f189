"""The Linux system calls that Python does not offer, through ctypes: each raises OSError."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38

# These three are numbered alike on every architecture since Linux 5.1.
_MOUNT_SETATTR, _LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 442, 444, 445, 446
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_SECCOMP = {"x86_64": 317, "aarch64": 277}


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _number(table: dict[str, int], what: str) -> int:
    try:
        return table[platform.machine()]
    except KeyError:
        raise OSError(f"{what} is not known on {platform.machine()}") from None


def unshare(flags: int) -> None:
    """Leave the given namespaces for new ones."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Join the namespace behind a descriptor."""
    _check(_libc.setns(fd, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system, or bind a part of one."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    _check(result, f"mount {target}")


def umount(target: str, flags: int = 0) -> None:
    """Take a mount away."""
    _check(_libc.umount2(target.encode(), flags), f"umount {target}")


def mount_read_only(target: str) -> None:
    """Make a mount, and all below it, read-only, without set-uid programs or devices."""
    attributes = struct.pack("QQQQ", _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, 0, 0, 0)
    result = _libc.syscall(
        _MOUNT_SETATTR, _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, len(attributes)
    )
    _check(result, f"mount_setattr {target}")


def pivot_root(new: str, old: str) -> None:
    """Swap the root of this mount namespace."""
    number = _number(_PIVOT_ROOT, "pivot_root")
    _check(_libc.syscall(number, new.encode(), old.encode()), "pivot_root")


def prctl(option: int, value: int = 0) -> None:
    """Set one attribute of this process."""
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), "prctl")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    number = _number(_CAPSET, "capset")
    _check(_libc.syscall(number, header, struct.pack("6I", *[0] * 6)), "capset")


def seccomp(program: bytes) -> None:
    """Install a filter over this process's system calls; needs no_new_privs."""
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    number = _number(_SECCOMP, "seccomp")
    _check(_libc.syscall(number, 1, 0, head), "seccomp")


def landlock_version() -> int:
    """The version of Landlock that this kernel speaks; 0 where there is none."""
    return max(0, _libc.syscall(_LANDLOCK_CREATE, None, 0, 1))


def landlock_ruleset(handled_files: int, handled_net: int, *, scoped: bool = False) -> int:
    """A new ruleset that forbids what it handles until rules allow it.

    With ``scoped`` it also closes signals and abstract sockets to processes outside.
    """
    fields = struct.pack("QQQ", handled_files, handled_net, 0b11 if scoped else 0)
    size = 24 if scoped else 16 if handled_net else 8
    return _check(_libc.syscall(_LANDLOCK_CREATE, fields, size, 0), "landlock")


def landlock_allow(ruleset: int, folder: int, access: int) -> None:
    """Allow some access below an open folder or file."""
    rule = struct.pack("=Qi", access, folder)
    _check(_libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0), "landlock rule")


def landlock_restrict(ruleset: int) -> None:
    """Apply a ruleset to this process, for good."""
    _check(_libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0), "landlock")
