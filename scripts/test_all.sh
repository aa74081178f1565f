#!/bin/sh
# Bench and browser tests on both versions: BENCH_DIR (else ~/frappe-bench) and BENCH_DIR_16 (else ~/frappe-bench-16), each
# where it is found. Says at the end what ran. FULL=1 runs the random and kill tests in their long form.
set -eu
cd "$(dirname "$0")/.."

ran=""
for bench in "${BENCH_DIR:-$HOME/frappe-bench}" "${BENCH_DIR_16:-$HOME/frappe-bench-16}"; do
	if ! reason=$(BENCH_DIR=$bench python3 scripts/bench_test.py --check); then
		echo "$reason Nothing was run on $bench."
		continue
	fi
	echo "== Bench tests on $bench"
	BENCH_DIR=$bench make bench-test
	ran="$ran bench tests on $bench;"
	if ! reason=$(BENCH_DIR=$bench python3 scripts/desk_check.py); then
		echo "$reason Browser tests were not run on $bench."
		continue
	fi
	echo "== Browser tests on $bench"
	BENCH_DIR=$bench make desk-test
	ran="$ran browser tests on $bench;"
done
echo "Ran:${ran:- nothing}"
