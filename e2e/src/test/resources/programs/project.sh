#!/usr/bin/env bash
# project.sh SOURCES DIRECTORY: a C project that people use (its unpacked sources, with a configure) is configured, built by
# make -j2 and tested by its own tests; after a change and after a clean, make builds what it built before.
set -euo pipefail
sources=$1 directory=$2

said() {
  local log=$directory/$1.log
  shift
  "$@" >"$log" 2>&1 || { tail -n 30 "$log"; echo "failed: $*"; exit 1; }
}
programs() {
  find . -type f -name '*.so.*' -exec objcopy -O binary --only-section=.text {} /dev/stdout \; | sha256sum
}

cp -a "$sources" "$directory/project"
cd "$directory/project"
said configure ./configure
said make make -j2
first=$(programs)
make -q || { make -n | head; echo "make would build again what it has just built"; exit 1; }
said check make -j2 check

source=$(find . -name '*.c' | sort | head -n 1)
sed -i '1i /* changed */' "$source"
! make -q || { echo "make does not see a change of $source"; exit 1; }
said again make -j2
said clean make clean
said anew make -j2
[ "$(programs)" = "$first" ] || { echo "built again, the code is another"; exit 1; }
echo "$(find . -type f | wc -l) files"
