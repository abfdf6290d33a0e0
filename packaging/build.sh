#!/bin/bash
# Builds dist/mailwright/ with the locked packages of .venv-package (on macOS dist/Mailwright.app too). The same sources
# give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv-package/bin/python
[[ -x $python ]] || python=.venv-package/Scripts/python.exe
export PYTHONHASHSEED=1
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
# Modules lie uncompressed in the program: every package compresses them once more, better, and no start inflates them.
export PYINSTALLER_ZLIB_COMPRESSION_LEVEL=0
"$python" packaging/icons.py
if [[ $(uname) == Darwin ]]; then
  iconutil --convert icns --output build/icons/mailwright.icns build/icons/mailwright.iconset
fi
"$python" -m PyInstaller --noconfirm --clean --log-level WARN --distpath dist --workpath build/pyinstaller packaging/mailwright.spec
du -sh dist/mailwright
