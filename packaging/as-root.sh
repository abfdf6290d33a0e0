#!/bin/bash
# as-root.sh COMMAND...: runs COMMAND as root, which real mail servers want. Who is not root gets a user and a network
# namespace in which they are: real enough for other users' files and for ports below 1024, and gone with the command.
set -euo pipefail
((EUID == 0)) && exec "$@"
if ! unshare --map-root-user --map-auto --net true 2>/dev/null; then
  echo "The real mail servers of the tests need root, or user namespaces with subordinate user ids (Debian's package" \
    "uidmap, and a line for $(id -un) in /etc/subuid and /etc/subgid); neither is to be had here." >&2
  exit 1
fi
# pytest refuses the folder that the real root made. The name is short: a socket's path has 107 characters at most.
export PYTEST_DEBUG_TEMPROOT=${TMPDIR:-/tmp}/mw-$(id -u)
mkdir -p "$PYTEST_DEBUG_TEMPROOT"
exec unshare --map-root-user --map-auto --net -- bash -c 'ip link set lo up && exec "$@"' as-root "$@"
