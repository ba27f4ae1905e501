#!/usr/bin/env bash
# Builds librdkafka from Debian 13's source package, with our patches, into PREFIX, once. Debian 12's own
# 2.0.2 cannot log in by SCRAM to current brokers and has no ListOffsets call; Debian 13's 2.8.0 can crash
# in that call. The system's package sources stay as they are: a private list with a private cache is used,
# and Debian's own keyring verifies it.
set -euo pipefail

prefix=${1:?prefix}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tools/setup/lib.sh
. "$top/tools/setup/lib.sh"

patches=("$top"/tools/setup/patches/librdkafka-*.patch)
wanted=$(sha256sum "${BASH_SOURCE[0]}" "${patches[@]}" | cut -d ' ' -f 1)
if [ "$(cat "$prefix/.complete" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

need_packages g++ make patch pkgconf dpkg-dev xz-utils ca-certificates libssl-dev \
  libzstd-dev liblz4-dev zlib1g-dev libcurl4-openssl-dev rapidjson-dev debian-archive-keyring

# The mirror that this system already uses.
# shellcheck disable=SC2016 # the $ are apt's
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' |
  grep -v -e security -e '-updates' | head -n 1)
[ -n "$mirror" ] || fail "apt knows no Debian mirror"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
  >"$work/sources.list"
apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)

say "fetching librdkafka's source package of Debian 13"
"${apt[@]}" update
(cd "$work/source" && "${apt[@]}" --download-only source librdkafka/trixie)
# Unpacking compares every file with the checksums in the .dsc, which apt compared with the signed
# index.
(cd "$work/source" && dpkg-source --no-check -x ./*.dsc ../tree >/dev/null)

say "building librdkafka (half a minute)"
(
  cd "$work/tree"
  log=$work/log
  rm -rf "$prefix"
  for patch in "${patches[@]}"; do patch -s -p1 <"$patch"; done
  { ./configure --prefix="$prefix" --disable-gssapi && make -j"$(nproc)" libs &&
    make -C src install; } >"$log" 2>&1 || { tail -n 50 "$log" >&2; exit 1; }
)
printf '%s\n' "$wanted" >"$prefix/.complete"
