#!/bin/bash
# Prints the Python that runs Mailwright: the newest of those it was tried on (3.11 to 3.13) that can make a virtual environment.
set -u
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
  path=$(command -v "$name") || continue
  if "$path" -c 'import ensurepip, ssl, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    echo "$path"
    exit 0
  fi
done
echo "Mailwright needs Python 3.11, 3.12 or 3.13 with its venv module, and found none (Debian: apt-get install python3-venv)." >&2
exit 1
