#!/bin/bash
# Makes dist/mailwright_VERSION_ARCH.deb from dist/mailwright/.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
root=build/deb
rm -rf "$root"
install -d "$root"/{DEBIAN,usr/bin,usr/lib,usr/share/applications,usr/share/doc/mailwright,usr/share/icons/hicolor/scalable/apps}
cp -r dist/mailwright "$root/usr/lib/mailwright"
find "$root/usr/lib/mailwright" -type f -exec chmod 644 {} +
chmod 755 "$root/usr/lib/mailwright/mailwright"
ln -s ../lib/mailwright/mailwright "$root/usr/bin/mailwright"
install -m 644 packaging/linux/mailwright.desktop "$root/usr/share/applications/"
install -m 644 resources/icons/mailwright.svg "$root/usr/share/icons/hicolor/scalable/apps/"
install -m 644 packaging/linux/copyright "$root/usr/share/doc/mailwright/"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/mailwright/changelog.gz"
chmod 644 "$root/usr/share/doc/mailwright/changelog.gz"
size=$(du -sk --exclude=DEBIAN "$root" | cut -f1)
cat >"$root/DEBIAN/control" <<CONTROL
Package: mailwright
Version: $version
Architecture: $architecture
Maintainer: The Mailwright authors <mailwright@example.org>
Installed-Size: $size
Depends: libc6 (>= 2.36), libdbus-1-3, libegl1, libfontconfig1, libgl1, libxkbcommon-x11-0, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-xkb1
Recommends: gnome-keyring | kwalletmanager
Section: mail
Priority: optional
Description: mail setup wizard that finds what is wrong and puts it right
 Mailwright finds the settings of a mail account, proves that sending and
 receiving work, names the exact cause when something does not, and hands the
 settings over to a mail program.
CONTROL
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
target=dist/mailwright_${version}_${architecture}.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$target" >/dev/null
ls -l "$target"
