#!/bin/bash
# Makes dist/Mailwright-VERSION-windows-x64-setup.exe (NSIS) and .msi (wixl) from a built bundle: installers.sh FOLDER
# With SIGN_PKCS12 (see sign.sh) the programs inside and the installers are signed.
set -euo pipefail
cd "$(dirname "$0")/../.."
bundle=$1
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
numbers=$(grep -oE '^[0-9]+(\.[0-9]+)*' <<<"$version")
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
target=dist/Mailwright-$version-windows-x64
packaging/windows/sign.sh "$bundle"/mailwright{,-gui}.exe
# NSIS and MSI write down each file's time.
find "$bundle" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
stub=()
[[ -e /usr/share/nsis/Stubs/lzma_solid-amd64-unicode ]] && stub=(-DSTUB=amd64-unicode) # Debian's NSIS has it, others' need none
makensis -V2 "${stub[@]}" "-DVERSION=$version" "-DNUMBERS=$numbers" "-DSOURCE=$PWD/$bundle" "-DTARGET=$PWD/$target-setup.exe" \
  "-DLICENCE=$PWD/LICENSE" "-DSIZE_KB=$(du -sk "$bundle" | cut -f1)" packaging/windows/mailwright.nsi
if command -v wixl >/dev/null; then
  .venv-package/bin/python packaging/windows/msi.py "$bundle" "$target.msi"
fi
for installer in "$target"{-setup.exe,.msi}; do
  [[ ! -e $installer ]] || packaging/windows/sign.sh "$installer"
done
ls -l "$target"*
