"""The command: every verb is there, explains itself, and fails with a clear line."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from ecomlab.cli import VERBS, UsageError, main


def test_help_names_every_verb_in_one_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for verb, line in VERBS.items():
        assert verb in out
        assert " ".join(line.split()) in " ".join(out.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    assert f"usage: ecomlab {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [[], ["teach"]])
def test_an_unknown_verb_is_refused(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "VERB" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (UsageError("there is no such lesson"), 2, "ecomlab lab: there is no such lesson\n"),
        (KeyboardInterrupt(), 130, "\necomlab lab: interrupted; what was finished is kept\n"),
    ],
)
def test_a_request_that_cannot_be_met_ends_in_one_line(monkeypatch, capsys, raised, status, said):
    def run(args):
        raise raised

    monkeypatch.setattr(import_module("ecomlab.cli.lab"), "run", run)
    assert main(["lab"]) == status
    assert capsys.readouterr().err == said


def test_the_command_is_a_module_too():
    command = [sys.executable, "-m", "ecomlab", "lab", "--lang", "fr"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "invalid choice: 'fr'" in ran.stderr


def test_a_verb_is_imported_only_when_it_is_called():
    code = (
        "import sys\n"
        "from ecomlab.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stderr.split()
    assert "ecomlab.cli" in loaded
    assert not [name for name in loaded if name.startswith("ecomlab.cli.")]
