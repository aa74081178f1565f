#!/bin/sh
# Bench and browser tests on both versions: BENCH_DIR (else ~/frappe-bench) and BENCH_DIR_16 (else ~/frappe-bench-16), each
# where it is found with what it needs. Says at the end what ran, what did not and why, and what failed.
# FULL=1 runs the random and kill tests in their long form.
set -u
cd "$(dirname "$0")/.."

form=short
[ -z "${FULL:-}" ] || form=long
ran="" left="" failed=""

run() { # WHAT COMMAND...
	what=$1
	shift
	echo "== $what"
	start=$(date +%s)
	if "$@"; then result=passed; else result=FAILED failed="$failed\n  $what"; fi
	ran="$ran\n  $what: $result, $((($(date +%s) - start + 59) / 60)) min"
}

for bench in "${BENCH_DIR:-$HOME/frappe-bench}" "${BENCH_DIR_16:-$HOME/frappe-bench-16}"; do
	export BENCH_DIR="$bench"
	if ! reason=$(python3 scripts/bench_test.py --check); then
		left="$left\n  $bench: $reason"
		continue
	fi
	run "bench tests on $bench, $form random and kill tests" make bench-test
	if reason=$(python3 scripts/desk_check.py); then
		run "browser tests on $bench" make desk-test
	else
		left="$left\n  browser tests on $bench: $reason"
	fi
done
printf "Ran:%b\n" "${ran:- nothing}"
[ -z "$left" ] || printf "Did not run:%b\n" "$left"
[ -z "$failed" ] || { printf "Failed:%b\n" "$failed"; exit 1; }
