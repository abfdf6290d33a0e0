#!/bin/bash
# Makes dist/mailwright_VERSION_ARCH.deb from dist/mailwright/.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
# A pre-release comes before its release: 0.2.0rc1 is 0.2.0~rc1 to Debian.
version=$(sed -E 's/(a|b|rc|\.dev)([0-9]+)$/~\1\2/' <<<"$version")
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
maintainer="The Mailwright authors <mailwright@example.org>"
root=build/deb
share=$root/usr/share
rm -rf "$root"
install -d "$root"/{DEBIAN,usr/bin,usr/lib} "$share"/{applications,metainfo,man/man1,doc/mailwright,lintian/overrides,icons/hicolor/scalable/apps}
cp -r dist/mailwright "$root/usr/lib/mailwright"
find "$root/usr/lib/mailwright" -type f -exec chmod 644 {} +
find "$root/usr/lib/mailwright" -type d -exec chmod 755 {} +
chmod 755 "$root/usr/lib/mailwright/mailwright"
ln -s ../lib/mailwright/mailwright "$root/usr/bin/mailwright"
install -m 644 packaging/linux/mailwright.desktop "$share/applications/"
install -m 644 resources/icons/mailwright.svg "$share/icons/hicolor/scalable/apps/"
install -m 644 packaging/linux/copyright "$share/doc/mailwright/"
install -m 644 packaging/linux/lintian-overrides "$share/lintian/overrides/mailwright"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)/" packaging/linux/org.mailwright.Mailwright.metainfo.xml \
  >"$share/metainfo/org.mailwright.Mailwright.metainfo.xml"
gzip -9nc packaging/linux/mailwright.1 >"$share/man/man1/mailwright.1.gz"
gzip -9nc CHANGELOG.md >"$share/doc/mailwright/NEWS.gz"
gzip -9nc >"$share/doc/mailwright/changelog.gz" <<CHANGELOG
mailwright ($version) unstable; urgency=medium

  * What is new stands in NEWS.gz.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG
find "$share" -type f -exec chmod 644 {} +
# The newest symbol version of the C library that anything inside asks for.
glibc=$(find dist/mailwright \( -name '*.so*' -o -name mailwright \) -type f -exec objdump -T {} + 2>/dev/null | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -1)
libraries=(
  libcups2 libdbus-1-3 libegl1 libexpat1 libfontconfig1 libfreetype6 libgcc-s1 libgl1 libglib2.0-0 libstdc++6 libwayland-client0
  libwayland-cursor0 libx11-6 libx11-xcb1 libxcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0
  libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 zlib1g
)
size=$(du -sk --exclude=DEBIAN "$root" | cut -f1)
cat >"$root/DEBIAN/control" <<CONTROL
Package: mailwright
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $size
Depends: libc6 (>= ${glibc#GLIBC_}), ca-certificates$(printf ', %s' "${libraries[@]}")
Recommends: gnome-keyring | kwalletmanager, fonts-dejavu-core | fonts-freefont-ttf
Section: mail
Priority: optional
Description: mail setup wizard that finds what is wrong and puts it right
 Mailwright finds the settings of a mail account, proves that sending and
 receiving work, names the exact cause when something does not, and hands the
 settings over to a mail program.
CONTROL
find "$root" -type d -exec chmod 755 {} +
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
target=dist/mailwright_${version}_${architecture}.deb
# One thread: the bytes do not depend on the computer's processors, and it is packed smaller.
dpkg-deb --root-owner-group -Zxz -z9 --threads-max=1 --build "$root" "$target" >/dev/null
ls -l "$target"
