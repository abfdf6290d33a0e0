#!/bin/bash
# test-packages.sh [bookworm] [trixie] [other]: what `make package` built, in clean roots made by debootstrap (needs root):
# the .deb is installed, checks, opens its window on a virtual desktop and is removed without leftovers; for "other" the
# archive runs, by a user without a home, in a root where the authorities lie as on Fedora and OpenSSL's own folder is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
((EUID == 0)) || { echo "The clean roots need root." >&2; exit 1; }
roots=build/roots
mkdir -p "$roots"
deb=$(ls dist/mailwright_*.deb)
archive=$(ls dist/Mailwright-*-linux-*.tar.xz)
unmount() { for mounted in "$roots"/*/proc; do ! mountpoint --quiet "$mounted" || umount "$mounted"; done; }
trap unmount EXIT

# (suite): a minimal system of that name, made once and copied for each test.
clean_root() {
  [[ -d $roots/$1.clean ]] || { debootstrap --variant=minbase --include=ca-certificates "$1" "$roots/$1.part" >"$roots/$1.log" && mv "$roots/$1.part" "$roots/$1.clean"; }
  unmount
  rm -rf --one-file-system "${roots:?}/$1"
  cp -a "$roots/$1.clean" "$roots/$1"
  cp /etc/resolv.conf "$roots/$1/etc/"
  cp /etc/apt/apt.conf.d/*proxy* "$roots/$1/etc/apt/apt.conf.d/" 2>/dev/null || true
  mkdir -p "$roots/$1/proc"
  mount -t proc proc "$roots/$1/proc"
}

inside() { chroot "$roots/$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${@:2}"; }

# (root, program, user): a practice check with its test message.
check() {
  inside "$1" setpriv --reuid "$3" --regid "$3" --clear-groups "$2" check ada@all-well.example --practice --test-message --quiet |
    grep -E 'Sending and receiving work|arrived'
}

for suite in "${@:-bookworm trixie other}"; do for name in $suite; do
  began=$SECONDS
  if [[ $name == other ]]; then
    clean_root bookworm
    root=$roots/bookworm
    mkdir -p "$root/etc/pki/tls/certs" "$root/opt"
    mv "$root/etc/ssl/certs/ca-certificates.crt" "$root/etc/pki/tls/certs/ca-bundle.crt"
    rm -rf "$root/etc/ssl" "$root/usr/lib/ssl" "$root/usr/share/ca-certificates"
    tar -xJf "$archive" -C "$root/opt"
    program=$(echo "$root"/opt/Mailwright-*/mailwright)
    check bookworm "${program#"$root"}" 65534
    echo "ok: the archive in a root without Debian's layout of authorities ($((SECONDS - began)) s)"
    continue
  fi
  clean_root "$name"
  cp "$deb" "$roots/$name/tmp/mailwright.deb"
  inside "$name" apt-get -qq update
  inside "$name" apt-get -qq install --yes --no-install-recommends /tmp/mailwright.deb xvfb xauth >"$roots/$name.log" 2>&1
  check "$name" mailwright 0
  check "$name" mailwright 65534
  missing=$(inside "$name" sh -c 'find /usr/lib/mailwright -name "*.so*" -type f -exec ldd {} + 2>/dev/null | grep "not found" | sort -u')
  [[ -z $missing ]] || { echo "libraries are missing: $missing" >&2; exit 1; }
  inside "$name" sh -c 'HOME=/tmp timeout 10 xvfb-run -a mailwright gui --practice; [ $? = 124 ]' || { echo "the window did not stay open" >&2; exit 1; }
  inside "$name" apt-get -qq purge --yes mailwright >>"$roots/$name.log" 2>&1
  left=$(find "$roots/$name"/usr/{bin,lib,share} -name '*mailwright*' -not -path '*/icon-theme.cache')
  [[ -z $left ]] || { echo "left behind: $left" >&2; exit 1; }
  echo "ok: $deb in a clean $name ($((SECONDS - began)) s)"
done; done
