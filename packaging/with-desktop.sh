#!/bin/bash
# with-desktop.sh COMMAND...: runs COMMAND on a virtual desktop of its own: a screen, a window manager, a session bus and the
# accessibility bus. All of it ends with the command.
set -u
if [[ -z ${INSIDE_DESKTOP:-} ]]; then
  INSIDE_DESKTOP=1 exec dbus-run-session -- "$0" "$@"
fi
started=()
number=$(mktemp)
trap 'kill "${started[@]}" 2>/dev/null; rm -f "$number"' EXIT
Xvfb -displayfd 3 -noreset -screen 0 "${SCREEN:-1280x900x24}" -nolisten tcp 3>"$number" >/dev/null 2>&1 &
started+=($!)
for _ in $(seq 100); do
  [[ -s $number ]] && break
  sleep 0.1
done
DISPLAY=":$(cat "$number")"
export DISPLAY QT_QPA_PLATFORM=xcb QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1
openbox >/dev/null 2>&1 &
started+=($!)
/usr/libexec/at-spi-bus-launcher --launch-immediately >/dev/null 2>&1 &
started+=($!)
"$@"
