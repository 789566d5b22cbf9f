#!/usr/bin/env bash
# Sends one stream through every way to share work among machines, and prints CPU time, time and peak memory of each:
#
#   bash bench/engines.sh
#
# The stream is that of internal/testenv/engines: 10 million events, 50 targets, 10 windows. Each way compares the bytes
# of its snapshots with those of a plain loop, and the script fails if they differ. What is a test runs that loop, too,
# and makes the events: take off the first line. It needs GNU time, some 6 GB of memory and a quarter of an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
events=10000000

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

measure() { # NAME COMMAND...
	local name=$1
	shift
	if ! /usr/bin/time -q -o "$tmp/time" -f '%U %S %e %M' "$@" >"$tmp/log" 2>&1; then
		tail -n 50 "$tmp/log"
		printf 'FAILED: %s\n' "$name"
		exit 1
	fi
	awk -v name="$name" '{printf "| %s | %.0f s | %.0f s | %.2f GB |\n", name, $1 + $2, $3, $4 / 1e6}' "$tmp/time"
}

beam() { # NAME FLAG...
	measure "$1" "$tmp/beam" -events $events -out "$tmp/places" "${@:2}"
	sort "$tmp/places" >"$tmp/got"
	if [ ! -e "$tmp/want" ]; then mv "$tmp/got" "$tmp/want"; else cmp "$tmp/want" "$tmp/got"; fi
}

long_test() { # NAME MODULE TEST
	(cd "$2" && go test -c -o "$tmp/long.test" .)
	(cd "$2" && measure "$1" "$tmp/long.test" -test.timeout 30m -test.run "^$3\$" -long)
}

go -C examples/beam build -o "$tmp/beam" .
printf '| | CPU | time | peak memory |\n|---|---:|---:|---:|\n'
beam "a plain loop" -runner plain
for shards in 1 3 8; do beam "Beam on Prism, shards: $shards" -runner prism -shards $shards; done
long_test "a fleet of 20 collectors" attribution/fleet TestFleetIsPlain
long_test "the connector of the Collector" attribution/otelconnector TestTrafficIsPlain
long_test "a fleet over NATS, three servers and centers" attribution/natsfleet TestKilledLeader
