"""Make the environment in .venv: `python3 tools/prepare.py course,zh` (the package's extras).

Runs on a bare machine: Python 3.11 or newer with pip is all it needs. pip fetches uv into .boot/,
which works where the system refuses `pip install` and where ensurepip is missing; uv does the
rest, some twenty times faster. What pip was told of mirrors and proxies, uv is told too.
"""

import ast
import os
import shutil
import ssl
import subprocess
import sys

LEAST = (3, 11)
UV = os.path.join(".boot", "bin", "uv")
PYTHON = os.path.join(".venv", "bin", "python")

# pip's settings, uv's names for them, and what stands between several values.
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


def main(extras):
    """Bring .venv up to date with the extras; the exit status."""
    if sys.version_info[:2] < LEAST:
        return refuse(
            "ecomlab needs Python 3.11 or newer; {0} is {1}.{2}. "
            "Name a newer one: make lab PYTHON=python3.12",
            "ecomlab 需要 Python 3.11 或更新版本；{0} 的版本是 {1}.{2}。"
            "请指定较新的 Python：make lab PYTHON=python3.12",
        )
    if not os.path.exists(UV) and not fetch_uv():
        return refuse(
            "{0} has no pip, or pip cannot reach its index (see above). "
            "On Debian and Ubuntu: apt-get install python3-pip",
            "{0} 没有 pip，或 pip 无法访问软件源（见上文）。"
            "在 Debian 和 Ubuntu 上：apt-get install python3-pip",
        )
    told = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", **settings_for_uv(pip_settings())}
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    if not works(PYTHON):
        # Also where the Python that an older .venv stood on has gone.
        made = subprocess.call(
            [UV, "venv", "--quiet", "--clear", "--python", sys.executable, ".venv"], env=told
        )
        if made != 0:
            return made
    print(f"Installing the packages of ecomlab[{extras}] ...")
    sys.stdout.flush()
    # Compiled here, once: who may not write beside the packages, as where an administrator set
    # the environment up or PYTHONDONTWRITEBYTECODE is set, would compile at every start.
    install = [UV, "pip", "install", "--compile-bytecode", *quiet, "--python", PYTHON]
    wanted = ["-c", "constraints.txt", "-e", f".[{extras}]"]
    return subprocess.call([*install, *wanted], env=told)


def refuse(*lines):
    """Say, in both languages, why nothing can be done."""
    for line in lines:
        print(line.format(sys.executable, *sys.version_info[:2]), file=sys.stderr)
    return 2


def fetch_uv():
    """Fetch uv, as a copy on this machine or with pip; whether it is there now."""
    installed = shutil.which("uv")
    if installed:
        os.makedirs(os.path.dirname(UV), exist_ok=True)
        os.symlink(installed, UV)
        return True
    print("Fetching uv, which sets the rest up ...")
    sys.stdout.flush()
    quiet = ["--quiet", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "install", *quiet, "--target", ".boot", "uv"]
    told = {"PIP_ROOT_USER_ACTION": "ignore", **os.environ}
    return subprocess.call(pip, env=told) == 0 and works(UV, "--version")


def works(command, *arguments):
    """Whether a program runs at all."""
    try:
        given = arguments or ("-c", "")
        return subprocess.call([command, *given], stdout=subprocess.DEVNULL) == 0
    except OSError:
        return False


def pip_settings():
    """pip's settings from its files and its environment, as `pip config list` prints them."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    ).stdout
    found = {}
    # The environment outranks what is for `install` alone, and that outranks what is for all.
    for section in ("global", "install", ":env:"):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section + "."):
                found[name[len(section) + 1 :]] = ast.literal_eval(value)
    return found


def settings_for_uv(pip):
    """The environment variables that make uv go where pip goes."""
    told = {
        name: between.join(pip[setting].split())
        for setting, (name, between) in SETTINGS.items()
        if pip.get(setting, "").strip()
    }
    if "UV_INDEX" in told:
        # pip takes the best version of all its indexes; uv stops at the first that has any.
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "SSL_CERT_FILE" not in told and has_certificates():
        # A campus or a company may sign with its own certificate; the system knows it.
        told["UV_SYSTEM_CERTS"] = "true"
    return told


def has_certificates():
    """Whether the system has certificates; some small images have none."""
    where = ssl.get_default_verify_paths()
    known = [path for path in (where.cafile, where.capath) if path]
    return sys.platform != "linux" or any(os.path.isfile(p) or os.listdir(p) for p in known)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
