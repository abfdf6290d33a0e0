#!/bin/bash
# system-packages.sh run|test|handover|package|windows: where apt-get is there, installs the Debian packages that are missing for
# `make run` (Qt's system libraries), for `make test` (real mail and name servers and a virtual desktop too), for
# `make handover-test` (mail programs and frameworks), for
# `make package` and `make packages-test`, or for `make windows` and `make windows-test` (Wine and makers of installers).
# Starts no service, now or later; removes nothing. But for `run` it ends with an error when something cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=$1

qt=(
  libcups2 libdbus-1-3 libegl1 libfontconfig1 libfreetype6 libgl1 libglib2.0-0 libwayland-cursor0 libx11-6 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
  libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1
  libxkbcommon-x11-0 libxkbcommon0 fonts-dejavu-core
)
lab=(
  postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd bind9 bind9-dnsutils stunnel4 swaks libnet-ssleay-perl
  libsasl2-modules systemd msmtp neomutt php-cli git openssl openssh-client iproute2 nftables uidmap xvfb xauth openbox dbus dbus-x11 at-spi2-core python3-pyatspi xdotool fonts-inter
  # What Exim, unpacked into .lab/, is linked with; nss_wrapper gives it its user.
  libnss-wrapper libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0
)
desktop=(xvfb openbox dbus at-spi2-core python3-pyatspi)
package=("${desktop[@]}" binutils xz-utils makeself lintian desktop-file-utils appstream debootstrap)
# The programs that `make handover-test` gives our files to, that serve what we publish, that carry a check to other sites.
handover=("${lab[@]}" isync fetchmail getmail6 offlineimap3 aerc mutt curl git-email libmailtools-perl libauthen-sasl-perl libio-socket-ssl-perl
  thunderbird evolution claws-mail libsecret-tools python3-django python3-flask-mail libphp-phpmailer php-symfony-mailer nodejs ruby
  gir1.2-camel-1.2 gir1.2-edataserver-1.2 python3-gi glib-networking gnome-keyring libsasl2-modules-kdexoauth2 zbar-tools
  nginx-light ansible-core openssh-server)
windows=("${desktop[@]}" binutils wine wine64 gcc-mingw-w64-x86-64 nsis wixl msitools osslsigncode unzip xdotool x11-utils imagemagick)
programs=(postfix:postfix dovecot:dovecot-core named:bind9 stunnel4:stunnel4 swaks:swaks Xvfb:xvfb openbox:openbox xdotool:xdotool
  dbus-run-session:dbus ip:iproute2 nft:nftables msmtp:msmtp neomutt:neomutt php:php-cli git:git ssh-keygen:openssh-client systemd-analyze:systemd)

PATH=$PATH:/usr/sbin:/sbin
wanted=("${qt[@]}")
case $purpose in
test) wanted+=("${lab[@]}") ;;
handover) wanted+=("${handover[@]}") ;;
package) wanted+=("${package[@]}") ;;
windows) wanted+=("${windows[@]}") ;;
esac
packaging/find-python.sh >/dev/null 2>&1 || wanted+=(python3-venv)

complain() {
  echo "$1" >&2
  [[ $purpose == run ]] # the window may do without: Qt's own message says what it misses
}

missing=()
if command -v dpkg-query >/dev/null; then
  # A package counts under its own name and under those it provides (libglib2.0-0t64 provides libglib2.0-0).
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' | tr -d ',' | tr ' ' '\n')
  for package in "${wanted[@]}"; do
    grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
  done
fi

as_root=()
if ((EUID != 0)); then
  as_root=(sudo -n)
fi
if ((${#missing[@]})) && command -v apt-get >/dev/null; then
  if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
    complain "These packages are missing and installing them needs root: ${missing[*]}" || exit 1
  else
    echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    policy=/usr/sbin/policy-rc.d # asked before a package starts its service (101: do not)
    if [[ ! -e $policy ]]; then
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
      "${as_root[@]}" chmod 755 "$policy"
      trap '"${as_root[@]}" rm -f "$policy"' EXIT
    fi
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
      echo "postfix postfix/main_mailer_type select No configuration" | "${as_root[@]}" debconf-set-selections
    fi
    "${apt[@]}" update
    # --no-remove: another mail server of this computer stays; then apt-get says so and the installation ends here.
    "${apt[@]}" install --yes --no-install-recommends --no-remove "${missing[@]}" </dev/null >/dev/null ||
      complain "apt-get could not install: ${missing[*]}" || exit 1
    # Nor do they start when this computer does: the tests start servers of their own.
    if command -v systemctl >/dev/null; then
      for unit in postfix:postfix dovecot-core:dovecot bind9:named stunnel4:stunnel4 php-cli:phpsessionclean.timer; do
        if [[ " ${missing[*]} " == *" ${unit%%:*} "* ]]; then
          "${as_root[@]}" systemctl --quiet disable "${unit##*:}" >/dev/null 2>&1 || true
        fi
      done
    fi
  fi
fi
[[ $purpose == test ]] || exit 0

# Debian's Exim and Postfix exclude each other as packages, so Exim is only unpacked.
exim=.lab/exim/usr/sbin/exim4
if [[ ! -x $exim ]]; then
  if command -v apt-get >/dev/null; then
    rm -rf .lab/exim .lab/download
    mkdir -p .lab/exim .lab/download
    package=$(pwd)/.lab/download
    chmod 777 "$package" # apt-get downloads as a user of its own
    (cd "$package" && { apt-get -qq download exim4-daemon-light || { "${as_root[@]}" apt-get -qq update && apt-get -qq download exim4-daemon-light; }; }) </dev/null
    dpkg-deb -x "$package"/exim4-daemon-light_*.deb .lab/exim
    chmod 755 "$exim" # not set-uid: the loader would leave nss_wrapper out
    rm -rf "$package"
  fi
fi

gone=()
for entry in "${programs[@]}"; do
  command -v "${entry%%:*}" >/dev/null || gone+=("${entry%%:*} (package ${entry##*:})")
done
for part in imap pop3 lmtp; do
  [[ -x /usr/lib/dovecot/$part ]] || gone+=("Dovecot's $part (package dovecot-${part}d)")
done
[[ -x $exim ]] || gone+=("exim4 (package exim4-daemon-light, unpacked into .lab/exim)")
if ((${#gone[@]})); then
  printf 'The tests need programs that are missing here and could not be installed:\n' >&2
  printf '  %s\n' "${gone[@]}" >&2
  exit 1
fi
