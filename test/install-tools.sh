#!/usr/bin/env bash
# Installs, from Debian's packages, the real programs that the tests drive. Does nothing when all are there.
set -euo pipefail

# command:package
tools=(
  curl:curl jq:jq promtool:prometheus dot:graphviz dig:bind9-dnsutils kdig:knot-dnsutils unbound:unbound redis-server:redis-server
  mariadbd:mariadb-server-core my_print_defaults:mariadb-client-core
)

# Debian keeps servers where only root looks for commands.
PATH=$PATH:/usr/sbin

missing=()
for tool in "${tools[@]}"; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool#*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "the tests need: ${missing[*]} (install them, or run as root on Debian)" >&2
  exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
