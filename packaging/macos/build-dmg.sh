#!/bin/bash
# Makes dist/Mailwright-VERSION-macos-ARCH.dmg from dist/Mailwright.app. With SIGN_IDENTITY it signs, inside out; with
# NOTARY_PROFILE (a notarytool keychain profile) as well it has Apple notarize and staples the ticket.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
app=dist/Mailwright.app
dmg=dist/Mailwright-$version-macos-$(uname -m).dmg
sign() { codesign --force --options runtime --timestamp --entitlements packaging/macos/entitlements.plist --sign "$SIGN_IDENTITY" "$@"; }
notarize() {
  xcrun notarytool submit "$1" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$2"
  xcrun stapler validate "$2"
}
if [[ -n ${SIGN_IDENTITY:-} ]]; then
  find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 | while IFS= read -r -d '' file; do sign "$file"; done
  find "$app/Contents" -type d -name '*.framework' -print0 | while IFS= read -r -d '' framework; do sign "$framework"; done
  sign "$app"
  codesign --verify --strict --verbose=2 "$app"
  if [[ -n ${NOTARY_PROFILE:-} ]]; then
    ditto -c -k --keepParent "$app" build/notarize.zip
    notarize build/notarize.zip "$app"
  fi
fi
rm -rf build/dmg "$dmg"
mkdir -p build/dmg
ditto "$app" build/dmg/Mailwright.app
ln -s /Applications build/dmg/Applications
hdiutil create -volname Mailwright -srcfolder build/dmg -format ULFO "$dmg"
if [[ -n ${SIGN_IDENTITY:-} ]]; then
  sign "$dmg"
  [[ -z ${NOTARY_PROFILE:-} ]] || notarize "$dmg" "$dmg"
fi
