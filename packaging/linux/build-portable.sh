#!/bin/bash
# Makes dist/Mailwright-VERSION-linux-ARCH.tar.xz, and a .run that unpacks itself, from dist/mailwright/.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
name=Mailwright-$version-linux-$(uname -m)
rm -rf build/portable
mkdir -p "build/portable/$name"
cp -r dist/mailwright/. "build/portable/$name"
cp packaging/linux/README.txt LICENSE CHANGELOG.md "build/portable/$name"
chmod -R u=rwX,go=rX "build/portable/$name"
XZ_OPT="--x86 --lzma2=preset=9" tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C build/portable -cJf "dist/$name.tar.xz" "$name"
if command -v makeself >/dev/null; then
  # It unpacks into a folder of its name where it is started, as the archive does.
  makeself --quiet --xz --complevel 9 --notemp --nooverwrite --sha256 --packaging-date "$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH")" \
    --tar-extra "--sort=name --owner=0 --group=0 --numeric-owner --mtime=@$SOURCE_DATE_EPOCH" \
    "build/portable/$name" "dist/$name.run" "Mailwright $version" ./mailwright --version
fi
ls -l "dist/$name".*
