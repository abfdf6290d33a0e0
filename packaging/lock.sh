#!/bin/bash
# Resolves packaging/requirements/ anew from pyproject.toml: all three files agree, for every platform, with hashes and
# without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=(uv)
command -v uv >/dev/null || uv=(python3 -m uv)
all=$(mktemp --suffix .txt)
trap 'rm -f "$all"' EXIT
lock() {
  "${uv[@]}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    "${upgrade[@]}" pyproject.toml "$@"
}
upgrade=(--upgrade)
lock --group dev --group build -o "$all"
lock -c "$all" -o packaging/requirements/run.txt
lock -c "$all" --group dev -o packaging/requirements/dev.txt
lock -c "$all" --group build -o packaging/requirements/build.txt
if grep -En '://|index' packaging/requirements/*.txt; then
  echo "A lock file names an address." >&2
  exit 1
fi
