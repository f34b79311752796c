#!/bin/sh
# Runs the example in a warehouse of its own. CENOTE names the binary; it is looked for on the PATH else.
set -eu
cd "$(dirname "$0")"
cenote=${CENOTE:-cenote}
warehouse=$(mktemp -d)
trap 'rm -rf "$warehouse"' EXIT
export CENOTE_WAREHOUSE="$warehouse"

"$cenote" sql --file orders.sql
"$cenote" write shop.orders orders.csv
"$cenote" tag create shop.orders first-day
"$cenote" write shop.orders changes.ndjson --rowkind-field op
"$cenote" read shop.orders
"$cenote" read shop.orders --tag first-day --where 'amount > 20'
"$cenote" read 'shop.orders$files' --columns partition,level,record_count
"$cenote" explain shop.orders --where "day = '2026-01-02'"
"$cenote" compact shop.orders --full
"$cenote" read shop.orders -o csv
