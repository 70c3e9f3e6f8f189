"""JupyterLab as `make lab` starts it, and a headless browser that may talk to this machine only."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from machine import CHROMIUM

ECOMLAB = [sys.executable, "-m", "ecomlab", "lab", "--no-browser"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")


@pytest.fixture(scope="module")
def course(root: Path, tmp_path_factory) -> Path:
    """A copy of what is released, so that nothing is written into the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copytree(root / "course" / "release", copy / "course" / "release")
    shutil.copy(root / "course" / "nbgrader_config.py", copy / "course")
    return copy


@pytest.fixture(scope="module")
def open_lab(course: Path, tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Start `ecomlab lab` in a language, once; its address."""
    servers: dict[tuple[str, ...], tuple[subprocess.Popen, str]] = {}

    def start(*options: str) -> str:
        if options not in servers:
            servers[options] = _start(course, tmp_path_factory.mktemp("home"), options)
        return servers[options][1]

    yield start
    for process, _ in servers.values():
        process.terminate()
    for process, _ in servers.values():
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()


def _start(course: Path, home: Path, options: tuple[str, ...]) -> tuple[subprocess.Popen, str]:
    """A server and its address, read from what it prints."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "jupyterlab.log"
    # A home of its own: nobody's settings, nobody's open tabs. A proxy that is not there: what
    # the server or a kernel would fetch from elsewhere fails.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    private = {
        k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "XDG", "IPYTHON"))
    }
    process = subprocess.Popen(
        [*ECOMLAB, *options, f"--port={port}", "--", "--LabApp.expose_app_in_browser=True"],
        cwd=course,
        env={**private, **nowhere, "HOME": str(home)},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    for _ in range(720):
        if address := ADDRESS.search(log.read_text(encoding="utf-8")):
            return process, address[0]
        if process.poll() is not None:
            break
        time.sleep(0.25)
    process.kill()
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, without the requests that it makes on its own."""
    with sync_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*as_root, "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser) -> Iterator[Callable[[str], Page]]:
    """Open a page for a reader of a language; afterwards no request may have left the machine."""
    asked: list[str] = []
    contexts = []

    def open_page(locale: str) -> Page:
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 1000})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    outside = {url for url in asked if not _stays_here(url)}
    assert not outside
    assert any(url.startswith("http://127.0.0.1") for url in asked), "nothing was watched"


def _stays_here(url: str) -> bool:
    """Whether a request is answered by this machine, or by the page itself."""
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def artifacts(root: Path) -> Path:
    """Where screenshots are kept; git ignores it."""
    folder = root / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
