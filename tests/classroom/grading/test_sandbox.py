"""The sandbox: each wall holds, as root and as an ordinary user; what is missing is named."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.sandbox import machine, seccomp
from ecomlab.shop.cache import engine_version

STRICT, BASIC = sandbox.missing("strict"), sandbox.missing("basic")
ORDINARY = 65534

SNIPPETS = {
    "computes": "print(6 * 7)",
    "reads its files": "print(open('data.txt').read())",
    "writes its files": "open('data.txt', 'a').write('!'); print(open('data.txt').read())",
    "sees no notebook or link": "import os; print(sorted(os.listdir('.')))",
    "writes scratch": "import tempfile; f = tempfile.NamedTemporaryFile(); f.write(b'x'); print(1)",
    "makes threads": "import threading\nt = threading.Thread(target=print, args=('ran',))\n"
    "t.start(); t.join()",
    "runs asyncio": "import asyncio\nawait asyncio.sleep(0)\nprint('slept')",
    "writes /etc": "open('/etc/ecomlab-test', 'w')",
    "writes /usr": "open('/usr/ecomlab-test', 'w')",
    "reads shadow": "open('/etc/shadow').read()",
    "forks": "import os; os.fork()",
    "runs a program": "import subprocess; subprocess.run(['true'])",
    "sees processes": "import os; print(len([p for p in os.listdir('/proc') if p.isdigit()]))",
    "reaches the network": "import socket\n"
    "socket.create_connection(('127.0.0.1', {port}), timeout=1)",
    "opens a raw socket": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "talks to itself": "import socket\ns = socket.create_server(('127.0.0.1', 0))\n"
    "c = socket.create_connection(s.getsockname()); print('joined')",
    "leaves by ptrace": "import ctypes; print(ctypes.CDLL(None).ptrace(0, 0, 0, 0))",
    "makes a namespace": "import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))",
    "mounts": "import ctypes\nprint(ctypes.CDLL(None).mount(b'n', b'/tmp', b'tmpfs', 0, None))",
    "is root": "import os; print(os.getuid() == 0 and os.access('/etc/passwd', os.W_OK))",
    "has capabilities": "print([l.split()[1] for l in open('/proc/self/status') "
    "if l.startswith('CapEff')])",
    "takes memory": "x = bytearray(1 << 30)",
    "shares memory": "import mmap; mmap.mmap(-1, 1 << 20)",
    "takes a stack for memory": "import mmap; mmap.mmap(-1, 1 << 20, flags=0x122)",
    "limits others": "import os, resource as r; r.prlimit(os.getpid(), r.RLIMIT_FSIZE, (0, 0))",
    "grows its own stack": "import resource as r; r.setrlimit(r.RLIMIT_STACK, (1 << 30, 1 << 30))",
    "fills page tables": "import mmap; mmap.mmap(-1, 1 << 43, flags=0x4022, prot=1)",
    "fills the disk": "for i in range(40): open(f'f{{i}}', 'wb').write(b'x' * (1 << 24))",
    "reads a shop": "from ecomlab.shop import cache\n"
    "print((cache.entry('seed-1') / 'card.json').read_text())",
    "writes a shop": "from ecomlab.shop import cache\n"
    "(cache.entry('seed-1') / 'card.json').write_text('mine')",
    "sees other shops": "from ecomlab.shop import cache\n"
    "print(cache.entry('seed-2').exists(), cache.cache_folder().parent.joinpath('none').exists())",
    "makes a shop": "from ecomlab.shop import cache\n"
    "p = cache.entry('seed-3'); p.mkdir(); print(p.exists())",
    "signals outside": "import os; os.kill({pid}, 0); print('reached')",
}


def outcomes(isolation: str, shops: Path, *, ordinary: bool = False) -> dict[str, str]:
    """What each snippet came to, where the user has two simulated shops."""
    shops.chmod(0o755)
    for name in ("seed-1", "seed-2"):
        place = shops / f"{name}-{engine_version()}"
        place.mkdir(exist_ok=True)
        (place / "card.json").write_text("of the user")
    listener = socket.create_server(("127.0.0.1", 0))
    facts = {"port": listener.getsockname()[1], "pid": os.getpid()}
    told = json.dumps({name: code.format(**facts) for name, code in SNIPPETS.items()})
    script = Path(__file__).parents[2] / "confined.py"
    command = [sys.executable, str(script), isolation]
    if ordinary and os.getuid() == 0:
        command = _as_ordinary_user(command)
    ran = subprocess.run(
        command,
        input=told,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd="/tmp",
        env={**os.environ, "ECOMLAB_CACHE": str(shops)},
    )
    assert not list(shops.glob("seed-3*"))
    assert {p.read_text() for p in shops.glob("*/card.json")} == {"of the user"}
    listener.settimeout(0.1)
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout.splitlines()[-1])


def _as_ordinary_user(command: list[str]) -> list[str]:
    """The command without root; an interpreter in its home is shown by a mount of its own."""
    # The account's home, which HOME need not be.
    base, home = Path(sys.base_prefix), Path(pwd.getpwuid(os.getuid()).pw_dir)
    steps = ["set -e"]
    if base.is_relative_to(home):
        own = home / base.relative_to(home).parts[0]
        steps += [
            "held=$(mktemp -d)",
            f"mount --bind {own} $held",
            f"mount -t tmpfs -o mode=755 tmpfs {home}",
            f"mkdir {own} && mount --bind $held {own}",
        ]
    steps.append(
        f"exec env HOME=/tmp setpriv --reuid={ORDINARY} --regid={ORDINARY} --clear-groups "
        '--inh-caps=-all --bounding-set=-all "$@"'
    )
    return ["unshare", "--mount", "sh", "-c", "\n".join(steps), "sh", *command]


ALLOWED = {
    "computes": "42",
    "reads its files": "rows",
    "writes its files": "rows!",
    "sees no notebook or link": "['data.txt']",
    "writes scratch": "1",
    "makes threads": "ran",
    "runs asyncio": "slept",
    "reads a shop": "of the user",
}
REFUSED = {
    "writes /etc": "PermissionError",
    "writes /usr": "OSError",
    "writes a shop": "OSError",
    "forks": "PermissionError",
    "runs a program": "PermissionError",
    "opens a raw socket": "PermissionError",
    "leaves by ptrace": "-1",
    "makes a namespace": "-1",
    "mounts": "-1",
    "is root": "False",
    "has capabilities": "['0000000000000000']",
    "takes memory": "MemoryError",
    "shares memory": "PermissionError",
    "takes a stack for memory": "PermissionError",
    "fills page tables": "OSError",
    "grows its own stack": "ValueError",
    "limits others": "PermissionError",
}


def shared(factory) -> Path:
    """A folder that every user of this machine can reach, as pytest's own are not."""
    folder = factory.mktemp("shops")
    for place in (folder, *folder.parents):
        if place == Path(tempfile.gettempdir()):
            break
        place.chmod(place.stat().st_mode | 0o055)
    return folder


@pytest.fixture(scope="module", params=["as it is", "ordinary"])
def strict(request, tmp_path_factory):
    """Outcomes under every wall, as this user and as one without rights."""
    if STRICT:
        pytest.skip(f"this machine lacks {'; '.join(STRICT)} (for the sandbox)")
    if request.param == "ordinary" and os.getuid() != 0:
        pytest.skip("this user is an ordinary one, so that is tested already")
    found = outcomes("strict", shared(tmp_path_factory), ordinary=request.param == "ordinary")
    if "lacking" in found:
        pytest.skip(f"this machine lacks {found['lacking']} (for ordinary users)")
    return found


@pytest.fixture(scope="module")
def basic(tmp_path_factory):
    """Outcomes without namespaces."""
    if BASIC:
        pytest.skip(f"this machine lacks {'; '.join(BASIC)} (for the sandbox)")
    return outcomes("basic", shared(tmp_path_factory))


@pytest.mark.parametrize("name", ALLOWED)
def test_honest_work_runs_in_strict(strict, name):
    assert strict[name] == ALLOWED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_strict_refuses(strict, name):
    assert strict[name] == REFUSED[name]


def test_strict_shows_nothing_of_the_machine(strict):
    assert strict["sees processes"] == "1"
    assert strict["reads shadow"] in ("FileNotFoundError", "PermissionError")
    assert strict["signals outside"] in ("ProcessLookupError", "PermissionError")
    assert strict["reaches the network"] in ("ConnectionRefusedError", "OSError")
    assert strict["talks to itself"] == "joined"
    assert strict["fills the disk"] == "OSError"
    assert strict["sees other shops"] == "False False"
    assert strict["makes a shop"] == "True"


BASIC_REFUSES = {**REFUSED, **dict.fromkeys(("writes /usr", "writes a shop"), "PermissionError")}


@pytest.mark.parametrize("name", [*ALLOWED, *sorted(set(REFUSED) - {"is root"})])
def test_basic_holds_without_namespaces(basic, name):
    assert basic[name] == {**ALLOWED, **BASIC_REFUSES}[name]


def test_basic_reaches_neither_network_nor_processes(basic):
    assert basic["reaches the network"] == "PermissionError"
    assert basic["signals outside"] == "PermissionError"
    assert basic["reads shadow"] == "PermissionError"
    assert basic["makes a shop"] == "PermissionError"


def test_none_says_that_it_is_none():
    assert sandbox.missing("none") == []
    assert "no isolation" in sandbox.notes("none")[0]


def test_the_filter_is_whole_and_its_jumps_land_inside():
    for program in (seccomp.program(network=True), seccomp.program(network=False, only_signal=7)):
        count = len(program) // 8
        assert len(program) % 8 == 0
        for place in range(count):
            code, yes, no = program[8 * place], program[8 * place + 2], program[8 * place + 3]
            if code & 0x07 == 0x05:
                assert place + 1 + max(yes, no) < count
        assert program[-8:-4] == b"\x06\x00\x00\x00"


def test_an_unknown_architecture_is_named(monkeypatch):
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="not written for riscv64"):
        seccomp.program(network=False)


def test_other_systems_are_named(monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    assert "this is darwin" in sandbox.missing("strict")[0]
