"""Which system calls a submission may make: a small filter program, assembled by hand.

The filter names what is refused and allows the rest, since scientific libraries call widely.
The file system and other processes are out of reach by other layers; the filter takes away new
processes, new namespaces, raw sockets, unbounded kernel memory and the kernel's rarer doors.
"""

from __future__ import annotations

import errno
import platform
import struct

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86_64, aarch64); None where the call does not exist.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "clone": (56, 220), "fork": (57, None), "vfork": (58, None),
    "execve": (59, 221), "execveat": (322, 281), "kill": (62, 129), "tkill": (200, 130),
    "mmap": (9, 222), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
    "semget": (64, 190), "msgget": (68, 186), "ptrace": (101, 117), "syslog": (103, 116),
    "mknod": (133, None), "mknodat": (259, 33), "pivot_root": (155, 41), "chroot": (161, 51),
    "acct": (163, 89), "settimeofday": (164, 170), "mount": (165, 40), "umount2": (166, 39),
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None),
    "ioperm": (173, None), "init_module": (175, 105), "delete_module": (176, 106),
    "quotactl": (179, 60), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "unshare": (272, 97), "setns": (308, 268), "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "finit_module": (313, 273), "memfd_create": (319, 279), "kexec_load": (246, 104),
    "bpf": (321, 280), "userfaultfd": (323, 282), "mq_open": (240, 180),
    "personality": (135, 92), "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432), "clone3": (435, 435),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "mount_setattr": (442, 442),
    "memfd_secret": (447, 447), "adjtimex": (159, 171), "clock_settime": (227, 112),
    "prlimit64": (302, 261), "vhangup": (153, 58), "ioctl": (16, 29), "tgkill": (234, 131),
}  # fmt: skip

_SPECIAL = {"prlimit64", "socket", "clone", "clone3", "mmap", "ioctl", "kill", "tgkill", "tkill"}
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_CLONE_THREAD = 0x00010000
_MAP_SHARED_ANONYMOUS, _MAP_GROWSDOWN = 0x21, 0x100
_UNIX, _INET, _INET6 = 1, 2, 10

_LOAD, _EQUAL, _BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_AND = 0x54
_ALLOW = 0x7FFF0000
_KILL = 0x80000000


def _refuse(code: int) -> int:
    return 0x00050000 | code


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value & 0xFFFFFFFF)


def _number(name: str) -> int | None:
    return _CALLS[name][0 if platform.machine() == "x86_64" else 1]


def _argument(index: int, high: bool = False) -> bytes:
    return _op(_LOAD, 16 + 8 * index + (4 if high else 0))


def _when(name: str, body: bytes) -> bytes:
    """Run ``body``, which must end in a return, for one system call; else go on."""
    number = _number(name)
    if number is None:
        return b""
    return _op(_LOAD, 0) + _op(_EQUAL, number, 0, len(body) // 8) + body


def program(*, network: bool, only_signal: int | None = None) -> bytes:
    """The filter's instructions.

    Parameters
    ----------
    network
        Whether internet sockets may be made: true only where the process has a network
        namespace of its own, in which they lead nowhere.
    only_signal
        The one process that may be sent signals, where others are in sight.

    Raises
    ------
    OSError
        On an architecture whose system calls are not listed here.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURE:
        raise OSError(f"the system-call filter is not written for {machine}")
    denied = _op(_RETURN, _refuse(errno.EPERM))
    allowed = _op(_RETURN, _ALLOW)
    parts = [
        _op(_LOAD, 4),
        _op(_EQUAL, _ARCHITECTURE[machine], 1, 0),
        _op(_RETURN, _KILL),
        _op(_LOAD, 0),
        # The x32 numbers are a second door to the same calls.
        _op(0x35, 0x40000000, 0, 1),
        denied,
    ]
    # Where other processes' sockets are in sight, none is made; a pair of them is another call.
    families = [_UNIX, _INET, _INET6] if network else []
    sockets = _argument(0)
    for place, family in enumerate(families):
        sockets += _op(_EQUAL, family, len(families) - place, 0)
    parts.append(_when("socket", sockets + denied + allowed))
    parts.append(_when("prlimit64", _argument(0) + _op(_EQUAL, 0, 1, 0) + denied + allowed))
    parts.append(_when("clone", _argument(0) + _op(_BITS, _CLONE_THREAD, 1, 0) + denied + allowed))
    # glibc falls back to clone, whose flags a filter can see.
    parts.append(_when("clone3", _op(_RETURN, _refuse(errno.ENOSYS))))
    # Neither of the two counts towards a process's limit of data.
    stack = _argument(3) + _op(_BITS, _MAP_GROWSDOWN, 0, 1) + denied
    shared = _op(_AND, _MAP_SHARED_ANONYMOUS) + _op(_EQUAL, _MAP_SHARED_ANONYMOUS, 0, 1)
    parts.append(_when("mmap", stack + shared + denied + allowed))
    typing = _op(_EQUAL, _TIOCSTI, 1, 0) + _op(_EQUAL, _TIOCLINUX, 0, 1)
    parts.append(_when("ioctl", _argument(1) + typing + denied + allowed))
    if only_signal is not None:
        itself = _argument(0) + _op(_EQUAL, only_signal, 1, 0) + denied + allowed
        parts += [_when("kill", itself), _when("tgkill", itself), _when("tkill", denied)]
    parts.append(_op(_LOAD, 0))
    for name in sorted(set(_CALLS) - _SPECIAL):
        number = _number(name)
        if number is not None:
            parts.append(_op(_EQUAL, number, 0, 1) + denied)
    parts.append(allowed)
    return b"".join(parts)
