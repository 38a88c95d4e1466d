#!/usr/bin/env bash
# Prepares what the Makefile's targets need: `scripts/setup.sh STEP…`. Each step leaves a stamp with a hash of what it
# was made from, so that a second run does nothing. Works in a folder with spaces in its path; needs Python and bash.
set -euo pipefail
cd "$(dirname "$0")/.."
ROOT=$PWD
STAMPS=build/stamps
mkdir -p "$STAMPS"

say() { printf '▸ %s\n' "$*"; }
fail() { printf '✗ %s\n  → %s\n' "$1" "$2" >&2; exit 1; }

# hash PATH… — of the names and contents of files, or of all files of folders (never of what was built in them).
hash() {
    find "$@" \( -name node_modules -o -name dist -o -name __pycache__ -o -name .vite \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
# made NAME HASH [FILE] — whether the step was done with these inputs, and what it made is still there.
made() { [ -z "${3:-}" ] || [ -e "$3" ] || return 1; [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s' "$2" >"$STAMPS/$1"; }

python_program() {
    local name
    for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s' "$name"
            return
        fi
    done
    local found
    found=$(python3 -c 'import sys; print("Python %d.%d" % sys.version_info[:2])' 2>/dev/null || echo "no Python")
    fail "Vitrail needs Python 3.11 or newer; found $found." \
        "Install one (Debian 12 and newer: apt-get install python3 python3-venv), or name one: make … PYTHON=/path/to/python3"
}

step_venv() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    local python
    python=$(python_program)
    say "Python environment ($("$python" --version))"
    if ! "$python" -m venv --clear .venv >"$STAMPS/venv.log" 2>&1; then
        # Debian keeps venv's pip in a package of its own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "python3-venv (apt-get)"
            (apt-get update -q && apt-get install -qy --no-install-recommends python3-venv) >"$STAMPS/venv.log" 2>&1 || true
        fi
        "$python" -m venv --clear .venv >>"$STAMPS/venv.log" 2>&1 ||
            fail "$python can't make an environment ($STAMPS/venv.log has the reason)." "Install its venv package (Debian: apt-get install python3-venv)."
    fi
    rm -f "$STAMPS"/python-*
}

# The environment of a lock file. The one for development holds all of the server's.
python_packages() {
    local lock=$1 key
    key=$(hash requirements/bootstrap.lock "$lock" pyproject.toml)
    made python-packages "$key" .venv/bin/vitrail && return
    say "Python packages ($lock)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock ||
        fail "pip could not install uv." "Check that this machine reaches a Python package index (pip's settings apply)."
    # Compiled now, because some machines forbid it later (PYTHONDONTWRITEBYTECODE) and starts would be slow.
    .venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes --compile-bytecode "$lock" ||
        fail "The locked Python packages could not be installed." "Check that this machine reaches a Python package index (UV_INDEX_URL names another one)."
    .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation --offline --editable .
    stamp python-packages "$key"
}

step_server() {
    step_venv
    # What development installed serves the server too.
    local dev
    dev=$(hash requirements/bootstrap.lock requirements/dev.lock pyproject.toml)
    made python-packages "$dev" .venv/bin/vitrail || python_packages requirements/server.lock
    step_bytecode
}

step_dev() {
    step_venv
    python_packages requirements/dev.lock
    step_bytecode
}

# Our own sources, compiled for the same reason.
step_bytecode() {
    local key
    key=$(hash src demo)
    made bytecode "$key" && return
    env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m compileall -q src demo
    stamp bytecode "$key"
}

node_folder() { "$ROOT/.venv/bin/python" -c 'from vitrail.sandbox.node import node_binary; print(node_binary().parent)'; }

npm() {
    local folder
    folder=$(node_folder)
    PATH="$folder:$PATH" "$folder/node" "$folder/../lib/node_modules/npm/bin/npm-cli.js" "$@"
}

# npm_packages FOLDER — what its lock file names.
npm_packages() {
    local key
    key=$(hash "$1/package.json" "$1/package-lock.json")
    made "npm-$1" "$key" "$1/node_modules" && return
    say "npm packages of $1/"
    (cd "$1" && npm ci --silent --no-audit --no-fund) ||
        fail "npm could not install the packages of $1/." "Check that this machine reaches an npm registry (~/.npmrc applies)."
    stamp "npm-$1" "$key"
}

step_web() {
    local key
    key=$(hash web)
    made web "$key" web/dist/index.html && return
    npm_packages web
    say "Pages (web/dist)"
    (cd web && npm run --silent build >"../$STAMPS/web.log" 2>&1) || { cat "$STAMPS/web.log" >&2; fail "The pages could not be built." "The lines above say where."; }
    stamp web "$key"
}

step_node_dev() {
    npm_packages web
    npm_packages sdk
}

step_toolchain() {
    local key
    key=$(hash template sdk/src src/vitrail/sandbox requirements/server.lock)-${VITRAIL_TOOLCHAIN_DIR:-}
    made toolchain "$key" "${VITRAIL_TOOLCHAIN_DIR:-.toolchain}" && return
    say "App toolchain"
    .venv/bin/python -m vitrail.sandbox.toolchain || fail "The app toolchain could not be built." "The lines above say why."
    stamp toolchain "$key"
}

find_chromium() { .venv/bin/python -c 'import os; from vitrail.apps.chromium import find_chromium; print(find_chromium(os.environ.get("VITRAIL_CHROMIUM") or None))' 2>/dev/null; }

# Never fails: without a browser everything runs, and each version says that it was not rendered.
step_chromium() {
    # The stamp is the path of the one that was found; it may have been removed since.
    [ -e "$(cat "$STAMPS/chromium" 2>/dev/null || echo /none)" ] && return
    local found
    if ! found=$(find_chromium); then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "Chromium (apt-get install chromium)"
            (apt-get update -q && apt-get install -qy --no-install-recommends chromium) >"$STAMPS/chromium.log" 2>&1 || true
        fi
        if ! found=$(find_chromium); then
            say "Chromium (playwright install chromium)"
            .venv/bin/python -m playwright install chromium >"$STAMPS/chromium.log" 2>&1 || true
        fi
    fi
    if found=$(find_chromium); then
        printf '%s' "$found" >"$STAMPS/chromium"
    else
        say "No Chromium: apps are built and served, but versions are not rendered before they are ready."
        say "  To have them rendered, install Chromium (Debian: apt-get install chromium) or set VITRAIL_CHROMIUM."
    fi
}

for step in "$@"; do "step_$step"; done
