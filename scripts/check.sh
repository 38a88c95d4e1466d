#!/usr/bin/env bash
# Style, types, locks: what a reviewer should not have to look for.
set -euo pipefail
cd "$(dirname "$0")/.."
node=$(.venv/bin/python -c 'from vitrail.sandbox.node import node_binary; print(node_binary().parent)')
say() { printf '▸ %s\n' "$*"; }

say "ruff"
.venv/bin/ruff check src tests benchmarks demo
.venv/bin/ruff format --check -q src tests benchmarks demo
say "mypy"
.venv/bin/mypy
for folder in web sdk template; do
    [ -d "$folder/node_modules" ] || continue
    if grep -q '"check"' "$folder/package.json"; then
        say "check in $folder/"
        (cd "$folder" && env -u NODE_EXTRA_CA_CERTS PATH="$node:$PWD/node_modules/.bin:$PATH" node --run check)
    fi
done
say "locks hold no addresses"
if grep -rnE 'https?://' requirements/*.lock ||
    grep -nE '"resolved": *"https?://' ./*/package-lock.json; then
    echo "✗ A lock file names a host. Lock again: make lock; npm install --omit-lockfile-registry-resolved" >&2
    exit 1
fi
echo "✓ make check: all good"
