#!/usr/bin/env bash
# sqlite.sh DIRECTORY SCRATCH: a writer in WAL mode is killed several times while a reader looks; no committed row is lost.
set -euo pipefail
directory=$1 scratch=$2
database=$directory/rows.db
here=$(dirname "$(readlink -f "$0")")

# Rows that are there must be whole, and so must be the database.
check() {
  /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import hashlib, sqlite3, sys
path, least = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(path, timeout=30)
rows = database.execute("SELECT number, text, digest FROM entry ORDER BY number").fetchall()
state = database.execute("PRAGMA integrity_check").fetchone()[0]
assert state == "ok", state
assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "rows are missing"
assert all(hashlib.sha256(row[1]).hexdigest() == row[2] for row in rows), "a row is damaged"
assert len(rows) >= least, f"{least} rows were committed, {len(rows)} are there"
print(len(rows))
PYTHON
}

acknowledged=0
for round in 1 2 3 4 5; do
  goal=$((acknowledged + 60))
  /usr/bin/python3 "$here/sqlite_writer.py" "$database" >"$scratch/written" &
  writer=$!
  for _ in $(seq 600); do
    acknowledged=$(tail -n 1 "$scratch/written" | grep -E '^[0-9]+$' || echo "$acknowledged")
    [ "$acknowledged" -ge "$goal" ] && break
    kill -0 $writer || { echo "the writer ended by itself"; exit 1; }
    sleep 0.1
  done
  [ "$acknowledged" -ge "$goal" ] || { kill -9 $writer; echo "round $round: only $acknowledged rows after a minute"; exit 1; }
  check "$database" "$acknowledged" >"$scratch/seen" # beside the writer
  kill -9 $writer
  wait $writer 2>"$scratch/wait" || true
  acknowledged=$(grep -E "^[0-9]+$" "$scratch/written" | tail -n 1)
  found=$(check "$database" "$acknowledged")
  echo "round $round: $acknowledged acknowledged, $found found"
done
sqlite3 "$database" 'PRAGMA wal_checkpoint(TRUNCATE); VACUUM;' >"$scratch/checkpoint"
check "$database" "$acknowledged" >"$scratch/last"
