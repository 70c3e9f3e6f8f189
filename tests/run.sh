#!/bin/sh
# Everything that CI runs; `make test` sets the environment up and calls this.
set -eu
cd "$(dirname "$0")/.."

lacks() { ! command -v "$1" >/dev/null 2>&1; }

# Debian keeps PostgreSQL's programs in a folder named after its version.
reach_postgresql() {
    for bin in /usr/lib/postgresql/*/bin; do
        PATH="$PATH:$bin"
    done
}
reach_postgresql

# What tests need beside Python, where it is missing and may be installed; where it may not, the
# tests that need it are skipped and named in the last line.
debian=""
lacks chromium && debian="$debian chromium"
lacks java && debian="$debian default-jre-headless"
lacks initdb && debian="$debian postgresql"
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] ||
    [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || debian="$debian fonts-noto-cjk"

if [ -n "$debian" ] && ! lacks apt-get; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if $sudo true 2>/dev/null; then
        echo "Installing for the tests:$debian"
        { $sudo apt-get update -qq &&
            $sudo env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends $debian; } >/dev/null ||
            echo "apt-get could not install:$debian" >&2
    fi
fi

reach_postgresql
export PATH="$PWD/.venv/bin:$PATH"
ruff check .
ruff format --check .
mypy
# A file or a lesson goes to one worker whole, so that what its tests share is prepared once.
exec pytest -n "${WORKERS:-2}" -p no:cacheprovider --no-loadscope-reorder --durations 15 "$@"
