#!/usr/bin/env bash
# Runs the example on two runners of Beam, and in a loop without Beam, and compares the answers line by line:
#
#   bash examples/beam/portable.sh [EVENTS]
#
# EVENTS is 20,000 if it is not given. The runners are Prism and the portable runner of Beam's Python SDK, which is
# another program and gives its workers the work over gRPC. A worker that crashes in the middle of its part is run again,
# once by the runner, and once by starting the job again.
#
# It needs Go, Python 3 and its venv module, and pip, which fetches Beam by name into a folder that is removed in the end.
# BEAM_VENV names a virtual environment to use, and to make if it is not there. Where GNU time is, CPU time, time and peak
# memory of the example are printed, and those of the job server so far beside them.
set -euo pipefail
cd "$(dirname "$0")"
events=${1:-20000}

if ! command -v python3 >/dev/null || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
	printf 'SKIPPED: there is no python3 with venv\n'
	exit 0
fi

tmp=$(mktemp -d)
export TMPDIR=$tmp # where Beam leaves folders behind
server=
stop_server() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
		server=
	fi
}
trap 'stop_server; rm -rf "$tmp"' EXIT

venv=${BEAM_VENV:-$tmp/venv}
version=$(go list -m -f '{{.Version}}' github.com/apache/beam/sdks/v2)
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
"$venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: "apache-beam==${version#v}"
go build -o "$tmp/beam" .

# start_server WORKERS RESTART: starts a job server on loopback, on a free port.
start_server() {
	stop_server
	rm -f "$tmp/port"
	"$venv/bin/python" jobserver.py "$tmp/port" "$@" >"$tmp/server.log" 2>&1 &
	server=$!
	until [ -e "$tmp/port" ]; do
		if ! kill -0 "$server" 2>/dev/null; then
			cat "$tmp/server.log"
			return 1
		fi
		sleep 0.1
	done
}

timer=()
if [ -x /usr/bin/time ]; then timer=(/usr/bin/time -q -o "$tmp/time" -f '%U + %S CPU s, %e s, %M KB'); fi

count() { # RUNNER FLAG...
	rm -f "$tmp/places"
	"${timer[@]}" "$tmp/beam" -events "$events" -out "$tmp/places" -runner "$@" >"$tmp/log" 2>&1 || return 1
	sort "$tmp/places"
}

portable() { count universal -endpoint "localhost:$(cat "$tmp/port")" -environment_type LOOPBACK "$@"; }

# same NAME COMMAND...: compares what a command prints with the answer of the loop.
same() {
	local name=$1
	shift
	if ! "$@" >"$tmp/got"; then
		tail -n 50 "$tmp/log"
		printf 'FAILED: %s\n' "$name"
		return 1
	fi
	if ! cmp "$tmp/want" "$tmp/got"; then
		printf 'FAILED: %s: other lines than the loop\n' "$name"
		return 1
	fi
	printf 'the same %d lines: %s (%s%s)\n' "$(wc -l <"$tmp/got")" "$name" "$(cat "$tmp/time" 2>/dev/null)" "$(server_cost)"
}

# server_cost: prints what the job server has cost, if it runs.
server_cost() {
	if [ -z "$server" ] || [ ! -r "/proc/$server/status" ]; then return; fi
	local ticks
	ticks=$(cut -d ' ' -f 14,15 "/proc/$server/stat")
	printf '; job server: %d CPU s, %s' $(((${ticks/ / + }) / $(getconf CLK_TCK))) \
		"$(sed -n 's/^VmHWM:[[:space:]]*//p' "/proc/$server/status")"
}

# attempts WHAT: fails if the job server does not say that it happened.
attempts() {
	if ! grep -q "an attempt $1" "$tmp/server.log"; then
		printf 'FAILED: no attempt %s\n' "$1"
		return 1
	fi
}

count plain >"$tmp/want"
same "the loop, again" count plain
for shards in 1 3 8; do same "Prism, $shards shards" count prism -shards $shards; done

start_server 1 0
same "the portable runner, 1 worker" portable
if portable -crash "$tmp/crashed-1" >"$tmp/got" || [ ! -e "$tmp/crashed-1" ] || [ -s "$tmp/got" ]; then
	printf 'FAILED: a worker crashed, and there is an answer\n'
	exit 1
fi
same "a job whose worker crashed, started again" portable -crash "$tmp/crashed-1"

start_server 2 1
same "the portable runner, 2 workers, each bundle twice" portable
attempts "was dropped"
same "a bundle whose worker crashed, run again by the runner" portable -crash "$tmp/crashed-2"
attempts failed
