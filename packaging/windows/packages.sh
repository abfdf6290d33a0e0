#!/bin/bash
# packages.sh LOCK_FILE FOLDER: puts the Windows wheels of a lock file, each checked by its hash, into FOLDER.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=.venv-package/bin/python
minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
list=$(mktemp)
trap 'rm -f "$list"' EXIT
"$python" packaging/windows/locked.py "$1" "$minor" >"$list"
rm -rf "$2"
"$python" -m pip --disable-pip-version-check --no-input install --quiet --no-compile --no-deps --require-hashes --only-binary=:all: \
  --platform win_amd64 --implementation cp --python-version "$minor" --target "$2" -r "$list"
