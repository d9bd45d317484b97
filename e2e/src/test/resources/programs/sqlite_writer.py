#!/usr/bin/python3
"""sqlite_writer.py DATABASE: commits rows for ever, and prints the number of each once it is committed."""

import hashlib
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute("PRAGMA wal_autocheckpoint=50")
database.execute("CREATE TABLE IF NOT EXISTS entry(number INTEGER PRIMARY KEY, text BLOB, digest TEXT)")
number = database.execute("SELECT coalesce(max(number), 0) FROM entry").fetchone()[0]
while True:
    number += 1
    text = bytes([number % 251]) * (number * 37 % 9000)
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO entry VALUES(?, ?, ?)", (number, text, hashlib.sha256(text).hexdigest()))
    if number % 5 == 0:
        database.execute("UPDATE entry SET text = text WHERE number > ? - 20", (number,))
    database.execute("COMMIT")
    print(number, flush=True)
