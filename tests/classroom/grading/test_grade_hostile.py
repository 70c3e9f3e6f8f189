"""Hostile submissions, one class of them: none gains a mark, looks outside, or harms another.

All run under the sandbox, in one grading run, on loopback only, with small limits on everything.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.run import grade
from ecomlab.shop.cache import engine_version
from smallclass import (
    KERNEL,
    answer,
    cell_of,
    checks,
    gradebook,
    graded,
    make_course,
    plain,
    submit,
)

SECRET = "SECRET-7f3a9"
MARKER = "HIDDEN-5c1d2"
LACKING = sandbox.missing("strict")
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"this machine lacks {'; '.join(LACKING)} (for the sandbox)"
)

# Code of a student's; {..} is filled in below.
CODE = {
    "reads-gradebook": "print(open('{root}/gradebook.db', 'rb').read())",
    "reads-source": "print(open('{root}/source/one/nb.ipynb').read())",
    "reads-others": "print(open('{root}/submitted/good-0/one/nb.ipynb').read())",
    "reads-canary": "print(open('{canary}').read())",
    "reads-environment": "import os; print(dict(os.environ))",
    "reads-proc": "import glob\nfor p in glob.glob('/proc/*/environ') + "
    "glob.glob('/proc/*/cmdline'):\n"
    "    try: print(open(p).read())\n    except OSError as e: print(e)",
    "walks-up": "import os\nfor r, d, f in os.walk('/'):\n"
    "    d[:] = [x for x in d if x not in ('proc', 'usr', 'lib')]\n"
    "    for n in f:\n"
    "        if n.endswith(('.ipynb', '.db')): print(open(os.path.join(r, n)).read())",
    "open-descriptors": "import os\nfor n in range(3, 40):\n"
    "    try: print(os.readlink(f'/proc/self/fd/{{n}}'))\n    except OSError: pass",
    "writes-gradebook": "import sqlite3; sqlite3.connect('{root}/gradebook.db').execute("
    "'UPDATE grade SET auto_score = 99')",
    "writes-course": "open('{root}/source/one/nb.ipynb', 'w').write('gone')",
    "writes-system": "open('/etc/passwd', 'a').write('x')",
    "writes-package": "import ecomlab; open(ecomlab.__file__, 'a').write('x = 1')",
    "mounts": "import ctypes; print(ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None))",
    "new-namespace": "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "becomes-root": "import os; os.setuid(0)",
    "fork-bomb": "import os\nwhile True: os.fork()",
    "thread-bomb": "import threading, time\nfor _ in range(2000): "
    "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "daemon": "import subprocess; subprocess.Popen(['sleep', '987'])",
    "kills-parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "kills-all": "import os, signal; os.kill(-1, signal.SIGKILL)",
    "kills-victim": "import os, signal; os.kill({victim}, signal.SIGKILL)",
    "stops-itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "memory": "hoard = [bytearray(1 << 26) for _ in range(999)]",
    "shared-memory": "import mmap\nm = mmap.mmap(-1, 1 << 32)\n"
    "for i in range(0, 1 << 32, 4096): m[i] = 1",
    "endless": "while True: pass",
    "uninterruptible": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True: pass",
    "catches-all": "while True:\n    try:\n        while True: pass\n"
    "    except BaseException: pass",
    "in-c": "sum(range(10 ** 13))",
    "disk": "block = b'x' * (1 << 24)\nfor i in range(200): open(f'f{{i}}', 'wb').write(block)",
    "many-files": "for i in range(10 ** 6): open(f'n{{i}}', 'w').close()",
    "flood": "while True: print('x' * 10000)",
    "big-display": "from IPython.display import display, HTML\ndisplay(HTML('x' * 10 ** 8))",
    "deep-recursion": "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): return f()\nf()",
    "connects": "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=1)",
    "listens": "import socket; s = socket.socket(); s.bind(('0.0.0.0', {free})); s.listen()",
    "raw-socket": "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "patched-builtins": "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.AssertionError = "
    "type('Quiet', (BaseException,), {{}})\nbuiltins.len = lambda x: 42",
    "always-equal": "class Same:\n    def __eq__(self, other): return True\n"
    "    def __ne__(self, other): return False\n    __hash__ = None\nanswer = Same()\n"
    "def double(x): return Same()",
    "float-subclass": "class Same(float):\n    def __eq__(self, other): return True\n"
    "    def __sub__(self, other): return 0.0\n    __abs__ = __rsub__ = __sub__\nanswer = Same(1)",
    "int-subclass": "class Same(int):\n    def __eq__(self, other): return True\nanswer = Same(1)\n"
    "def double(x): return Same(1)",
    "input-transformer": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "ast-transformer": "import ast\nclass Gone(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Gone())",
    "shell-method": "s = get_ipython()\ns.run_cell = s.run_cell_async = lambda *a, **k: None",
    "printer": "get_ipython().display_formatter.formatters['text/plain'].for_type(\n"
    "    int, lambda v, p, c: p.text('3'))",
    "frame-walk": "import sys\nf = sys._getframe()\nwhile f: print(f.f_locals); f = f.f_back",
    "gc-walk": "import gc\nfor o in gc.get_objects():\n"
    "    try:\n        if '{half}' + chr(45) + '5c1d2' in str(o)[:9999]:\n"
    "            print('found', str(o)[:9999])\n"
    "    except BaseException: pass",
    "result-pipe": "import json, os, struct\nfor fd in range(3, 40):\n    try:\n"
    "        h = json.dumps({{'is': 'done', 'id': 'x'}}).encode()\n"
    "        os.write(fd, struct.pack('!II', len(h), 0) + h)\n    except OSError: pass",
    "broken-pipe": "import os\nfor fd in range(3, 40):\n    try: os.write(fd, b'\\xff' * 64)\n"
    "    except OSError: pass",
    "forged-answers": "import ecomlab.classroom.grading.inside.answers as a\n"
    "a.Answers.answer = lambda self, q, b: ({{'values': [{{'name': n,\n"
    "    'kind': 'object', 'object': 0, 'callable': True, 'size': 0}} for n in "
    "('answer', 'double', 'check', 'abs')]}}, b'')",
    "forged-number": "print('3')\nclass N:\n    def __repr__(self): return '99'\nparts = N()",
    "nan-credit": "parts = float('nan')",
    "huge-credit": "parts = 10 ** 9",
    "os-exit": "import os; os._exit(0)",
    "sys-exit": "import sys; sys.exit(0)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "threads-left": "import threading\ndef spin():\n    while True: globals().update(answer=1)\n"
    "threading.Thread(target=spin, daemon=True).start()",
    "closes-pipes": "import os; os.closerange(3, 100)",
    "names-the-tests": "def check(*a): return True\nnp_ = True\nprint(In, Out)",
    "answers-by-guess": "import inspect\ndef double(x):\n"
    "    print([f.frame.f_locals for f in inspect.stack()]); return 8",
    # What crosses: answers that would choke or fool whoever reads them.
    "endless-answer": "answer = []\nanswer.append(answer)\ndef double(x): return answer",
    "deep-answer": "answer = 42\nfor _ in range(10 ** 5): answer = [answer]",
    "huge-answer": "answer = 'x' * (1 << 28)\ndef double(x): return 'x' * (1 << 28)",
    "forged-codec": "import ecomlab.classroom.grading.codec as c, json\n"
    "c.encode = lambda v: json.dumps(['array', '<U99999', [1 << 40], '']).encode()",
    "forged-class": "import ecomlab.classroom.grading.codec as c, json\n"
    "c.encode = lambda v: json.dumps(['named', 'int', ['__eq__', '__sub__'],\n"
    "    [['bool', True], ['bool', True]]]).encode()",
    "forged-sizes": "import ecomlab.classroom.grading.inside.answers as a\n"
    "a.Answers.answer = lambda self, q, b: ({{'values': [{{'name': 'answer', 'kind': 'data',\n"
    "    'size': -(1 << 60)}}, {{'name': [], 'kind': {{}}, 'object': 'x'}}, 7, None]}}, b'[]')",
    "forged-error": "import ecomlab.classroom.grading.inside.answers as a\n"
    "a.Answers.answer = lambda self, q, b: ({{'raised': 'SystemExit', 'type': 'x' * 10 ** 6,\n"
    "    'message': 'y' * 10 ** 7}}, b'')",
    "leaves-by-exception": "class Quiet(BaseException): pass\n"
    "def double(x): raise (SystemExit if x == 4 else Quiet)(0)",
    "two-faces": "import threading\nlast = []\ndef double(x):\n"
    "    last.append(x); return type('Int', (int,), {{'__eq__': lambda s, o: True}})(x)",
    # The sealed side: what a judge might import, read or be told in passing.
    "files-for-the-judge": "for n in ('check', 'builtins', 'helper_of_the_tests'):\n"
    "    open(n + '.py', 'w').write('import os; os._exit(0)')\n"
    "open('given.txt', 'w').write('42')",
    "asks-the-judge": "import os, json, struct\nfor fd in range(3, 40):\n    try:\n"
    "        h = json.dumps({{'is': 'ask', 'ask': 'values', 'names': ['check']}}).encode()\n"
    "        os.write(fd, struct.pack('!II', len(h), 0) + h)\n    except OSError: pass",
    # What a notebook leaves behind.
    "drops-others-files": "import ecomlab.classroom.grading.inside.leftovers as l\n"
    "l.hand_over = lambda *a: {{'links': 0, 'lost': 0, 'gone': ['given.txt', 'nb.ipynb', '..', 7,\n"
    "    '../../../gradebook.db', '{root}/gradebook.db', '../one', 'timestamp.txt']}}",
    "plants-files": "import ecomlab.classroom.grading.inside.leftovers as l\n"
    "names = ['../planted', '../../../planted', '{root}/planted', '..', 'a/../../planted', '',\n"
    "    'nb.ipynb', 'timestamp.txt', 'given.txt', '~/planted', 'a\\0b', 'x' * 999, 7, None,\n"
    "    'd/' * 99 + 'planted', '\\ud800']\n"
    "l.hand_over = lambda folder, before, send: [send({{'name': n}}, b'planted') for n in names]"
    " and {{}}",
    "leaves-links": "import os\nos.symlink('{root}/gradebook.db', 'db.txt')\n"
    "os.symlink('{root}', 'all')\nos.symlink('/', 'deep')",
    "leaves-a-file-for-a-folder": "import ecomlab.classroom.grading.inside.leftovers as l\n"
    "l.hand_over = lambda folder, before, send: [send({{'name': n}}, b'') for n in\n"
    "    ('a', 'a/b', 'c/d', 'c')] and {{'links': 'many', 'lost': []}}",
    "never-hands-over": "import ecomlab.classroom.grading.inside.leftovers as l, time\n"
    "l.hand_over = lambda *a: time.sleep(99)",
    "hands-over-for-ever": "import ecomlab.classroom.grading.inside.leftovers as l\n"
    "def flood(folder, before, send):\n    n = 0\n    while True:\n"
    "        send({{'name': f'f{{n}}'}}, b'x' * 1000); n += 1\nl.hand_over = flood",
    "sparse-file": "open('big', 'wb').truncate(1 << 27)",
    # Another kernel, and programs.
    "shell": "!cat {root}/gradebook.db",
    "cell-magic": "%%bash\ncat {root}/gradebook.db",
    "python-in-python": "import multiprocessing as m\nm.get_context('spawn').Process().start()",
    # What was run for all students.
    "spoils-what-is-given": "import builtins\nbuiltins.check = check = lambda x: True\n"
    "check.__code__ = (lambda x: True).__code__\nstart = 99",
    "finds-those-who-forked": "import os, signal\n"
    "for p in filter(str.isdigit, os.listdir('/proc')):\n"
    "    if int(p) != os.getpid():\n        print(p); os.kill(int(p), signal.SIGKILL)\n"
    "os.kill(os.getppid() or 1, signal.SIGSTOP)",
    "uncovers-the-mounts": "import ctypes\nc = ctypes.CDLL(None)\n"
    "for p in (b'/home/student', b'/proc', b'/tmp', b'/dev/shm'): print(c.umount2(p, 2))\n"
    "print(open('/proc/self/mountinfo').read())",
    # The shops that all share.
    "poisons-shops": "import os\nfrom ecomlab.shop.cache import cache_folder\n"
    "for r, d, f in os.walk(cache_folder()):\n    for n in f:\n"
    "        try: open(os.path.join(r, n), 'ab').write(b'planted')\n"
    "        except OSError as e: print(e)\n"
    "print(os.listdir('/shops'))",
}  # fmt: skip


def to_test(notebook, **metadata):
    """Change the nbgrader metadata of the test cell."""
    cell_of(notebook, "answer-test").metadata["nbgrader"].update(metadata)


def doubled(notebook):
    """Copy the test cell, metadata and all."""
    cell = cell_of(notebook, "answer-test")
    notebook.cells.append(nbformat.from_dict({**cell, "id": "copy"}))


def gutted(notebook):
    """Replace the test's text."""
    cell_of(notebook, "answer-test").source = "pass"


def deleted(notebook):
    """Take the test away."""
    notebook.cells.remove(cell_of(notebook, "answer-test"))


def skipped(notebook):
    """Tag the tests to be skipped."""
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def retyped(notebook):
    """Turn the test into text."""
    cell = cell_of(notebook, "answer-test")
    place = notebook.cells.index(cell)
    notebook.cells[place] = nbformat.v4.new_markdown_cell("x", metadata=cell.metadata, id=cell.id)


def added(notebook):
    """Bring a graded cell along."""
    metadata = {"grade": True, "locked": True, "solution": False, "task": False}
    metadata |= {"grade_id": "bonus", "points": 50, "schema_version": 3}
    notebook.cells.append(new_code_cell("pass", metadata={"nbgrader": metadata}))


def other_kernel(notebook):
    """Ask for a kernel of one's own."""
    notebook.metadata["kernelspec"] = {"name": "../evil", "display_name": "E", "language": "bash"}


NOTEBOOK = {
    "copied-test": doubled,
    "gutted-test": gutted,
    "deleted-test": deleted,
    "skip-tags": skipped,
    "retyped-test": retyped,
    "added-test": added,
    "edited-points": lambda n: to_test(n, points=100),
    "old-schema": lambda n: to_test(n, schema_version=2),
    "new-schema": lambda n: to_test(n, schema_version=99),
    "manual-test": lambda n: to_test(n, solution=True, locked=False),
    "empty-metadata": lambda n: cell_of(n, "answer-test").metadata.update(nbgrader={}),
    "odd-metadata": lambda n: cell_of(n, "answer-test").metadata.update(nbgrader=[1]),
    "path-as-id": lambda n: to_test(n, grade_id="../../answer"),
}

# What nbgrader itself puts right.
HARMLESS = {"other-kernel": other_kernel}

BYTES = {
    "not-json": b"{not json",
    "empty-file": b"",
    "a-list": b"[]",
    "deep-json": b"[" * 200_000,
    "no-cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "binary": os.urandom(5000),
    "huge": bytes(51 << 20),
}

LINKS = {
    "links-gradebook": "gradebook.db",
    "links-source": "source/one/nb.ipynb",
    "links-other": "submitted/good-0/one/nb.ipynb",
}


def _notebook():
    cells = [
        plain("start = 1"),
        graded("def check(x): return x == 42", "setup", locked=True),
        answer("answer", "answer = 42"),
        checks("answer-test", "", f"# {MARKER}\nassert check(answer) and abs(answer - 42) == 0", 3),
        answer("double", "def double(x): return 2 * x"),
        checks("double-test", "", f"# {MARKER}\nassert double(4) == 8\nassert double(21) == 42", 3),
        answer("parts", "parts = 2"),
        checks("parts-test", "", f"# {MARKER}\nassert open('given.txt').read() == '7'\nparts", 2),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


GOOD = {
    "answer": "answer = 42",
    "double": "def double(x):\n    return x * 2",
    "parts": "parts = 1 + 1",
}


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    """The class, graded in one run; and what stood outside while it was."""
    root = make_course(
        tmp_path_factory.mktemp("arena") / "course",
        {"nb": _notebook()},
        files={"given.txt": "7"},
        config="c.Execute.timeout = 1\n",
    )
    canary = root.parent / "canary.txt"
    canary.write_text(SECRET)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    facts = {
        "root": root,
        "canary": canary,
        "port": listener.getsockname()[1],
        "free": 20_000 + os.getpid() % 20_000,
        "victim": victim.pid,
        "half": MARKER.partition("-")[0],
    }
    for place in range(3):
        submit(root, f"good-{place}", {**GOOD, "answer": f"answer = 42  # {SECRET}"})
    for place, (name, code) in enumerate(CODE.items()):
        submit(root, name, _runs(code.format(**facts), first=place % 3 == 0))
    for name, change in {**NOTEBOOK, **HARMLESS}.items():
        submit(root, name, change)
    for name, content in BYTES.items():
        (submit(root, name) / "nb.ipynb").write_bytes(content)
    for name, target in LINKS.items():
        folder = submit(root, name)
        (folder / "nb.ipynb").unlink()
        (folder / "nb.ipynb").symlink_to(root / target)
        (folder / "extra").symlink_to(root / target)
    submit(root, "zz-good", GOOD)
    shop = root.parent / f"cache/seed-1-{engine_version()}"
    shop.mkdir(parents=True)
    (shop / "card.json").write_text("{}")
    watched = [*(root / "source").rglob("*.*"), shop / "card.json"]
    before = {p: p.read_bytes() for p in watched}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARENA_SECRET", SECRET)
        patch.setenv("ECOMLAB_CACHE", str(shop.parent))
        report = grade("one", course=root, memory=512)
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()
    alive = victim.poll() is None
    victim.kill()
    victim.wait()
    assert alive, "a process outside was ended"
    assert {p: p.read_bytes() for p in before} == before, "the course's files were changed"
    return root, report


def _runs(code: str, *, first: bool):
    """Run code as the first cell of all, or in a fork of what has run the instructor's cells."""

    def change(notebook):
        if first:
            notebook.cells[0].source = code
        else:
            answer = cell_of(notebook, "answer")
            answer.source = f"{answer.source}\n{code}"

    return change


def _result(report, student: str):
    (found,) = [r for r in report.results if r.student == student]
    return found


HOSTILE = [*CODE, *NOTEBOOK, *HARMLESS, *BYTES, *LINKS]


def test_there_are_forty_and_more():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_no_attack_gains_a_mark_or_sees_a_secret(arena, name):
    root, report = arena
    result = _result(report, name)
    assert not result.score, f"{name} gained {result.score}"
    folder = root / "autograded" / name
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert not path.is_symlink()
        text = path.read_bytes()
        assert SECRET.encode() not in text
        assert MARKER.encode() not in text
    kept = [v[0] for k, v in gradebook(root).items() if k[0] == "grade" and k[1] == name]
    assert not any(kept), f"the gradebook holds marks for {name}: {kept}"


def test_nothing_is_planted_outside_a_students_own_folder(arena):
    root = arena[0]
    for path in root.parent.rglob("*"):
        own = "autograded" in path.parts and "plants-files" in path.parts
        assert own or path.name != "planted"
        assert own or not path.is_file() or b"planted" not in path.read_bytes()[:100]
    for folder in (root / "autograded").glob("*/one"):
        assert (folder / "given.txt").read_text() == "7"
        assert not [p for p in folder.rglob("*") if p.is_symlink()]
        assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 80 << 20


@pytest.mark.parametrize(
    "name",
    ["plants-files", "leaves-links", "never-hands-over", "hands-over-for-ever", "sparse-file"],
)
def test_what_is_left_behind_and_not_kept_is_said(arena, name):
    assert any("files that it wrote" in u or "links" in u for u in _result(arena[1], name).unusual)


@pytest.mark.parametrize("name", ["good-0", "good-1", "good-2", "zz-good"])
def test_honest_students_keep_every_mark_and_no_flag(arena, name):
    result = _result(arena[1], name)
    assert (result.status, result.score, result.unusual) == ("graded", 8, [])


@pytest.mark.parametrize("name", [*NOTEBOOK, *LINKS])
def test_tampering_is_said_and_needs_a_persons_eyes(arena, name):
    result = _result(arena[1], name)
    assert result.status in ("flagged", "failed")
    assert result.unusual or result.reason


def test_a_crash_is_said_with_its_cause(arena):
    report = arena[1]
    assert any("SIGSEGV" in n for n in _result(report, "segfault").unusual)
    assert any("exited with status 0" in n for n in _result(report, "os-exit").unusual)


def test_every_test_of_the_arena_ran_sealed(arena):
    assert arena[1].sealed_share == 1


def test_nothing_keeps_running(arena):
    """No process of a submission outlives the run."""
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"ecomlab.classroom.grading.trusted.zygote" in line and str(arena[0]).encode() in line:
            left.append(folder.name)
    assert not left
    assert not (arena[0] / "autograded" / ".ecomlab").exists()
