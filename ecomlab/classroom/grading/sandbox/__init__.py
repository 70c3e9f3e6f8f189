"""The walls around a submission: namespaces and a root of its own, Landlock, seccomp, limits.

The zygote enters a jail once: its own mounts, processes, network and IPC, with the interpreter
and libraries read-only and nothing else of the machine. Each fork then gets a process namespace,
private scratch space and, for good, no rights.
"""

from ecomlab.classroom.grading.sandbox.machine import Unavailable, missing, notes
from ecomlab.classroom.grading.sandbox.plan import (
    HOME,
    ISOLATIONS,
    Plan,
    plan,
    uses_own_tmp,
)
from ecomlab.classroom.grading.sandbox.walls import Forker, confine, move_in, used_memory_mb

__all__ = [
    "HOME",
    "ISOLATIONS",
    "Forker",
    "Plan",
    "Unavailable",
    "confine",
    "missing",
    "move_in",
    "notes",
    "plan",
    "used_memory_mb",
    "uses_own_tmp",
]
