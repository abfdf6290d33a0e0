#!/bin/bash
# sign.sh FILE...: signs programs and installers where they are, with the certificate and key of SIGN_PKCS12 and the password in
# the file SIGN_PASSWORD_FILE; with SIGN_TIMESTAMP (a server's address) the signatures outlive the certificate. Without SIGN_PKCS12
# it does nothing.
set -euo pipefail
[[ -n ${SIGN_PKCS12:-} ]] || exit 0
options=(-pkcs12 "$SIGN_PKCS12" -readpass "${SIGN_PASSWORD_FILE:?the file that holds the password of $SIGN_PKCS12}" -h sha256 -n Mailwright)
[[ -z ${SIGN_TIMESTAMP:-} ]] || options+=(-ts "$SIGN_TIMESTAMP")
for file in "$@"; do
  rm -f "$file.signed"
  osslsigncode sign "${options[@]}" -in "$file" -out "$file.signed" >/dev/null
  mv "$file.signed" "$file"
done
