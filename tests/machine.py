"""What only some machines have: tests that need it say so with these marks."""

from __future__ import annotations

import shutil

import pytest

LACKS = "this machine lacks "
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason=f"{LACKS}chromium (a browser)")
needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason=f"{LACKS}java (17 or later, for Spark)"
)
