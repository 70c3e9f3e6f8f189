"""Hostile submissions, one of each kind: code, tampered notebooks, what is no notebook, links.

``{root}`` and its like in the code are filled in where it is handed in.
"""

from __future__ import annotations

import os

import nbformat
from nbformat.v4 import new_code_cell

from smallclass import cell_of

# Code of a student's.
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
    "answers-by-methods": "class Y:\n    def __getattr__(self, name): return lambda *a: True\n"
    "    def __call__(self, *a): return self\nanswer = parts = double = Y()",
    "ends-the-loop": "def double(x): raise StopIteration",
    "clears-the-test": "from IPython.display import clear_output\n"
    "def double(x): clear_output(); print('x' * (1 << 21)); return 0",
    "forged-unsafe": "import threading, time\n"
    "from ecomlab.classroom.grading.inside import kernel as k\n"
    "def later():\n    while True:\n        time.sleep(0.001)\n        for fd in range(3, 40):\n"
    "            try: k.send(fd, {{'is': 'unsafe', 'why': 'x' * 9999}})\n"
    "            except OSError: pass\nthreading.Thread(target=later, daemon=True).start()",
    "forged-doings": "import ecomlab.classroom.grading.inside.mirror as m\n"
    "m.doings = lambda *a: ({{'changed': [{{'place': -1, 'size': 1 << 40}}, 7],\n"
    "    'same': 'x'}}, b'8')",
    "grows-a-stack": "import mmap\nn = 1 << 32\nm = mmap.mmap(-1, n, flags=0x122)\n"
    "for i in range(0, n, 4096): m[i] = 1",
    "page-tables": "import mmap\nm = mmap.mmap(-1, 1 << 44, flags=0x4022, prot=1)\n"
    "for i in range(0, 1 << 44, 1 << 21): m[i]",
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
