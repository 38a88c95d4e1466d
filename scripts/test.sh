#!/usr/bin/env bash
# All tests: Python's, then those of the pages and of the SDK. The last line says how it ended.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
node=$(.venv/bin/python -c 'from vitrail.sandbox.node import node_binary; print(node_binary().parent)')
ended() { printf '\n%s (%d s)\n' "$1" $((SECONDS - started)); }
trap 'ended "✗ make test: failed"' ERR

.venv/bin/python -m pytest -n "${WORKERS:-2}" --dist loadgroup -q "$@"
for folder in web sdk; do
    printf '\n▸ vitest in %s/\n' "$folder"
    (cd "$folder" && env -u NODE_EXTRA_CA_CERTS PATH="$node:$PATH" node node_modules/vitest/vitest.mjs run --reporter=dot)
done
ended "✓ make test: all passed"
