#!/bin/bash
# wine.sh PROGRAM ARGUMENTS...: runs a Windows program under Wine in the prefix build/windows/prefix (WINEPREFIX names another),
# which it makes the first time. Ends with the program's exit code.
#
# What Wine 8 lacks and Windows 10 has is put into the prefix, never beside the program, where it would be packed with it:
# icuuc.dll and ProcessPrng. The standard streams have to be pipes: Wine gives Windows' Python no usable handle for a file,
# /dev/null or a terminal.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export WINEPREFIX=${WINEPREFIX:-$(cd "$here/../.." && pwd)/build/windows/prefix} WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all}
export WINEDLLOVERRIDES=mscoree,mshtml= # no dialogs about .NET and a browser
export FONTCONFIG_FILE=$here/wine/fonts.conf # one folder, not all fonts of this computer
if [[ ! -e $WINEPREFIX/.ready ]]; then
  rm -rf "$WINEPREFIX"
  mkdir -p "$WINEPREFIX"
  DISPLAY='' wine wineboot --init >/dev/null 2>&1 </dev/null || true
  DISPLAY='' wine winecfg -v win10 >/dev/null 2>&1 </dev/null || true
  for library in icuuc bcryptprimitives; do
    x86_64-w64-mingw32-gcc -shared -O2 -o "$WINEPREFIX/drive_c/windows/system32/$library.dll" "$here/wine/$library.c"
  done
  # Wine has no Segoe UI; Qt then takes the first font by name, which may be one with serifs whose lines are cut off below.
  for font in 'MS Shell Dlg' 'MS Shell Dlg 2' 'Segoe UI'; do
    DISPLAY='' wine reg add 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\FontSubstitutes' /v "$font" /d 'DejaVu Sans' /f >/dev/null 2>&1 </dev/null || true
  done
  wineserver --wait
  touch "$WINEPREFIX/.ready"
fi
# What comes in passes a cat, or is nothing; what goes out passes one, and the errors another.
input() { if [[ -p /dev/stdin ]]; then cat; fi; }
input | wine "$@" 2> >(cat >&2) | cat
exit "${PIPESTATUS[1]}"
