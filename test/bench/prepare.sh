#!/bin/bash
# Builds what the benchmarks have in other languages, into dist/, and installs the servers of others from Debian's packages.
# What cannot be had here is left out: the benchmarks then say that it is missing.
set -uo pipefail
cd "$(dirname "$0")"
out=../../dist/test/bench

packages=()
[ -x /usr/sbin/nsd ] || packages+=(nsd)
command -v cc >/dev/null || packages+=(gcc libc6-dev)
command -v go >/dev/null || packages+=(golang-go golang-github-miekg-dns-dev)
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # In this run level the package starts no server of its own.
  { apt-get update -qq && RUNLEVEL=1 apt-get install -qq --yes --no-install-recommends "${packages[@]}"; } >/dev/null
fi

# $1: what to build, $2: its source; the rest is the command.
build() {
  local target=$1 source=$2
  shift 2
  [ "$target" -nt "$source" ] && return
  mkdir -p "$(dirname "$target")"
  "$@" || echo "$source could not be built"
}

if command -v cc >/dev/null; then
  build $out/load/udp load/udp.c cc -O2 -Wall -Wextra -o $out/load/udp load/udp.c
fi

# With the modules that go.mod names, or with Debian's.
build_go() {
  local binary
  binary=$(realpath $out/peers)/miekg/miekg
  (cd peers/miekg && go build -o "$binary" .) && return
  (cd peers/miekg && GO111MODULE=off GOPATH=/usr/share/gocode go build -o "$binary" main.go)
}

if command -v go >/dev/null; then
  build $out/peers/miekg/miekg peers/miekg/main.go build_go
fi
exit 0
