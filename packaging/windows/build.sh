#!/bin/bash
# Builds dist/windows/mailwright/ with PyInstaller under Wine, and from it the installers in dist/: NSIS and MSI. The same
# sources give the same bytes. It needs the packages of `packaging/system-packages.sh windows`.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONHASHSEED=1 PYTHONDONTWRITEBYTECODE=1 QT_QPA_PLATFORM=offscreen
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
wine=packaging/windows/wine.sh
python=build/windows/python/python.exe
[[ -e $python ]] || packaging/windows/python.sh build/windows/python
.venv-package/bin/python packaging/icons.py
rm -rf dist/windows build/windows/pyinstaller
export PYINSTALLER_ZLIB_COMPRESSION_LEVEL=0  # as packaging/build.sh says
"$wine" "$python" -m PyInstaller --noconfirm --clean --log-level ERROR --distpath dist/windows --workpath build/windows/pyinstaller packaging/mailwright.spec </dev/null
# Wine's own libraries say so; what is packed must run on Windows alone.
if grep -rlaE 'Wine (builtin|placeholder) DLL' dist/windows; then
  echo "Libraries of Wine were packed." >&2
  exit 1
fi
find dist/windows \( -name 'icuuc.dll' -o -name 'bcryptprimitives.dll' \) -print -quit | grep -q . && { echo "A stand-in was packed." >&2; exit 1; }
du -sh dist/windows/mailwright
