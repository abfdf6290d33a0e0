#!/bin/bash
# python.sh FOLDER: a 64-bit CPython for Windows in FOLDER, made on Debian, with the packages of requirements/build.txt.
#
# By default its DLLs come from a package that carries the runtime of python.org in full (panda3d's wheel, see
# requirements/windows-python.txt), each signed by the Python Software Foundation; its pure Python part is the Lib of this
# computer's Python of the same minor version. With PYTHON_EMBED=ZIP and SHA256=... the DLLs and the Lib are those of
# python.org's "embeddable package" of that minor version.
# Wine runs it (packaging/windows/wine.sh); it needs gcc-mingw-w64-x86-64 for python.exe and python3.dll, which are missing in both.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$1
host=.venv-package/bin/python
minor=$("$host" -c 'import sys; print("%d%d" % sys.version_info[:2])')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$out"
mkdir -p "$out/DLLs" "$out/Lib"

if [[ -n ${PYTHON_EMBED:-} ]]; then
  sha256sum --check --quiet <<<"${SHA256:?the SHA-256 of $PYTHON_EMBED} $PYTHON_EMBED"
  unzip -q "$PYTHON_EMBED" -d "$work/embed"
  rm -f "$work"/embed/*._pth "$work"/embed/pythonw.exe
  unzip -q "$work/embed/python$minor.zip" -d "$out/Lib" || { echo "$PYTHON_EMBED is not Python ${minor:0:1}.${minor:1}." >&2; exit 1; }
  rm "$work/embed/python$minor.zip"
  mv "$work"/embed/* "$out/"
else
  "$host" -m pip --disable-pip-version-check --no-input download --quiet --no-deps --require-hashes --only-binary=:all: \
    --platform win_amd64 --implementation cp --python-version "$minor" -d "$work" -r packaging/requirements/windows-python.txt
  unzip -q -j "$work"/panda3d-*.whl 'deploy_libs/*' -d "$out"
  # Not used: Tk, tests, and the C runtime, which is a part of Windows 10.
  rm -f "$out"/_test* "$out"/t{cl,k}86t.dll "$out/_tkinter.pyd" "$out"/api-ms-win-*.dll "$out"/*"cp${minor}t"*
  cp -r "$("$host" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"/. "$out/Lib/"
  (cd "$out/Lib" && rm -rf lib-dynload dist-packages test idlelib tkinter turtledemo ensurepip lib2to3 pydoc_data config-* _sysconfigdata* sitecustomize.py)
  find "$out/Lib" -name __pycache__ -prune -exec rm -rf {} +
  rm -rf "$out/Lib/site-packages"
fi
mv "$out"/*.pyd "$out/DLLs/"
[[ -x $out/python.exe ]] || x86_64-w64-mingw32-gcc -O2 -s -municode -DDLL="L\"python$minor.dll\"" -o "$out/python.exe" packaging/windows/python.c
if [[ ! -e $out/python3.dll ]]; then
  # Modules of the stable ABI (shiboken6, PySide6, cryptography) are linked with python3.dll, which only forwards.
  {
    printf 'LIBRARY python3.dll\nEXPORTS\n'
    x86_64-w64-mingw32-objdump -p "$out/python$minor.dll" |
      awk -v to="python$minor" '/\[Ordinal\/Name Pointer\] Table/ { on = 1; next } on && /\[ *[0-9]+\]/ { print $NF " = " to "." $NF }'
  } >"$work/python3.def"
  echo 'int __stdcall DllMain(void *module, unsigned reason, void *reserved) { return 1; }' >"$work/empty.c"
  x86_64-w64-mingw32-gcc -shared -s -nostdlib -e DllMain -Wl,--no-insert-timestamp -o "$out/python3.dll" "$work/empty.c" "$work/python3.def"
fi
packaging/windows/packages.sh packaging/requirements/build.txt "$out/Lib/site-packages"
