#!/usr/bin/env bash
# postgres.sh DIRECTORY SCRATCH SECONDS: initdb, pgbench, kill -9 of the server, recovery; what was committed is there and adds up.
set -euo pipefail
directory=$1 scratch=$2 seconds=$3
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
data=$directory/data

as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}
sql() {
  as_postgres "$programs/psql" -XAtq -v ON_ERROR_STOP=1 -h "$scratch" -d bench -c "$1"
}
start() {
  as_postgres "$programs/pg_ctl" -D "$data" -w -t 120 -l "$scratch/log" -s \
    -o "-c listen_addresses='' -c unix_socket_directories='$scratch'" start || { tail -n 30 "$scratch/log"; exit 1; }
}
stop() {
  as_postgres "$programs/pg_ctl" -D "$data" -s -m immediate -t 30 stop || true
}
check() {
  sums=$(sql "SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches)
    AND (SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT coalesce(sum(delta), 0) FROM pgbench_history)
    AND (SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(tbalance) FROM pgbench_tellers)")
  [ "$sums" = t ] || { echo "the balances do not add up"; exit 1; }
  as_postgres "$programs/pg_amcheck" -h "$scratch" -d bench --install-missing --heapallindexed --parent-check
}

chown postgres "$directory" "$scratch" 2>/dev/null || true
chmod 700 "$directory"
as_postgres "$programs/initdb" -D "$data" -A trust -E UTF8 --locale=C.UTF-8 --data-checksums >"$scratch/initdb"
trap stop EXIT
start
as_postgres "$programs/createdb" -h "$scratch" bench
as_postgres "$programs/pgbench" -q -i -s 2 -h "$scratch" bench 2>"$scratch/init" || { cat "$scratch/init"; exit 1; }
as_postgres "$programs/pgbench" -n -c 4 -j 2 -T "$seconds" -h "$scratch" bench >"$scratch/bench" 2>&1 || { cat "$scratch/bench" "$scratch/log"; exit 1; }
sed -n 's/^\(number of transactions actually processed\|tps\)/\1/p' "$scratch/bench"
check

# What pgbench was told is committed must be there after the crash. The other processes end when their parent has.
before=$(sql 'SELECT count(*) FROM pgbench_history')
as_postgres "$programs/pgbench" -n -c 4 -j 2 -T 60 -l --log-prefix="$scratch/told" -h "$scratch" bench >"$scratch/crashed" 2>&1 &
bench=$!
sleep 5
server=$(head -n 1 "$data/postmaster.pid")
kill -9 "$server"
wait $bench || true
told=$(cat "$scratch"/told.* | wc -l)
for _ in $(seq 100); do
  pgrep -u postgres -f '^postgres: .* bench ' >/dev/null || break
  sleep 0.1
done
# A machine whose first process does not collect the dead keeps this one as a zombie, which looks alive to the next server.
grep -q 'State:.*Z' "/proc/$server/status" 2>/dev/null && rm "$data/postmaster.pid" "$scratch"/.s.PGSQL.*
start
after=$(sql 'SELECT count(*) FROM pgbench_history')
[ "$told" -gt 0 ] && [ "$((after - before))" -ge "$told" ] ||
  { echo "$told transactions were told to be committed, $((after - before)) survived the crash"; exit 1; }
check
echo "$told transactions before the crash, $((after - before)) after it"
