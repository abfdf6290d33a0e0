#!/bin/bash
# Makes dist/Mailwright-VERSION-macos-ARCH.dmg from dist/Mailwright.app. With SIGN_IDENTITY it signs, inside out; with
# NOTARY_PROFILE (a notarytool keychain profile) as well it has Apple notarize and staples the ticket.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' wizard/__init__.py)
app=dist/Mailwright.app
dmg=dist/Mailwright-$version-macos-$(uname -m).dmg
rm -rf build/dmg "$dmg"
mkdir -p build/dmg
sign() { codesign --force --options runtime --timestamp --sign "$SIGN_IDENTITY" "$@"; }
notarize() {
  # Apple's log says which file it dislikes; "submit --wait" alone ends well with "Invalid" too.
  local said
  said=$(xcrun notarytool submit "$1" --keychain-profile "$NOTARY_PROFILE" --wait --output-format json)
  if [[ $said != *'"status":"Accepted"'* ]]; then
    echo "$said" >&2
    xcrun notarytool log "$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' <<<"$said")" --keychain-profile "$NOTARY_PROFILE" >&2
    exit 1
  fi
  xcrun stapler staple "$2"
  xcrun stapler validate "$2"
}
if [[ -n ${SIGN_IDENTITY:-} ]]; then
  # Every Mach-O whatever its name, libraries first, then frameworks, the programs with their entitlements, the app last.
  find "$app/Contents" -type f -not -path '*/MacOS/*' -print0 | while IFS= read -r -d '' file; do
    if file -b "$file" | grep -q Mach-O; then sign "$file"; fi
  done
  find "$app/Contents" -type d -name '*.framework' -print0 | while IFS= read -r -d '' framework; do sign "$framework"; done
  find "$app/Contents/MacOS" -type f -print0 | while IFS= read -r -d '' program; do
    sign --entitlements packaging/macos/entitlements.plist "$program"
  done
  sign --entitlements packaging/macos/entitlements.plist "$app"
  codesign --verify --strict --verbose=2 "$app"
  if [[ -n ${NOTARY_PROFILE:-} ]]; then
    ditto -c -k --keepParent "$app" build/notarize.zip
    notarize build/notarize.zip "$app"
  fi
fi
ditto "$app" build/dmg/Mailwright.app
ln -s /Applications build/dmg/Applications
hdiutil create -volname Mailwright -srcfolder build/dmg -format ULFO "$dmg"
if [[ -n ${SIGN_IDENTITY:-} ]]; then
  sign "$dmg"
  [[ -z ${NOTARY_PROFILE:-} ]] || notarize "$dmg" "$dmg"
fi
