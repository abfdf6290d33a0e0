#!/bin/bash
# `make windows-test`: packaging/windows/test.py with what it needs. --quick as there.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ -d build/windows/test-packages ]] || packaging/windows/packages.sh packaging/requirements/dev.txt build/windows/test-packages
exec packaging/with-desktop.sh python3 packaging/windows/test.py "$@"
