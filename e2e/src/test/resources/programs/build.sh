#!/usr/bin/env bash
# build.sh DIRECTORY: a C project that is generated here (20 modules, a library, a program, dependencies by the compiler) is
# built by make -j2, built again after changes, and run.
set -euo pipefail
mkdir "$1/project"
cd "$1/project"
modules=20
mkdir include source
for number in $(seq $modules); do
  cat >"include/module$number.h" <<HEADER
#ifndef MODULE$number
#define MODULE$number
#include "common.h"
long value$number(long x);
#endif
HEADER
  cat >"source/module$number.c" <<SOURCE
#include <stdlib.h>
#include <string.h>
#include "module$number.h"
$([ "$number" -gt 1 ] && echo "#include \"module$((number - 1)).h\"")
static int order(const void *a, const void *b) { return memcmp(a, b, sizeof(long)); }
long value$number(long x) {
  long numbers[64];
  for (int i = 0; i < 64; i++) numbers[i] = (x * (i + $number)) % PRIME;
  qsort(numbers, 64, sizeof(long), order);
  return (numbers[7] + $([ "$number" -gt 1 ] && echo "value$((number - 1))(numbers[3])" || echo 1)) % PRIME;
}
SOURCE
done
echo '#define PRIME 1000003L' >include/common.h
cat >source/main.c <<SOURCE
#include <stdio.h>
#include "module$modules.h"
int main(void) { printf("%ld\n", value$modules(42)); return 0; }
SOURCE
cat >Makefile <<'MAKE'
CFLAGS = -O2 -g -fPIC -Wall -Werror -Iinclude -MMD -MP
objects = $(patsubst source/%.c,object/%.o,$(filter-out source/main.c,$(wildcard source/*.c)))
all: program static
program: object/main.o libmodules.so
	$(CC) -o $@.new object/main.o -L. -lmodules -Wl,-rpath,'$$ORIGIN' && mv $@.new $@
static: object/main.o libmodules.a
	$(CC) -o $@ object/main.o libmodules.a
libmodules.so: $(objects)
	$(CC) -shared -o $@ $^
libmodules.a: $(objects)
	rm -f $@ && ar rcs $@ $^
object/%.o: source/%.c | object
	@echo compiled $<
	@$(CC) $(CFLAGS) -c -o $@ $<
object:
	mkdir -p $@
clean:
	rm -rf object program static libmodules.*
-include $(wildcard object/*.d)
MAKE

# How many sources the next make compiles.
compiled() {
  make -j2 >make.log 2>&1 || { cat make.log; exit 1; }
  grep -c '^compiled' make.log || true
}
expect() {
  [ "$1" = "$2" ] || { cat make.log; echo "$3: $1 sources were compiled, not $2"; exit 1; }
}

expect "$(compiled)" $((modules + 1)) "the first build"
first=$(./program)
[ "$first" = "$(./static)" ] || { echo "the two programs differ"; exit 1; }
expect "$(compiled)" 0 "nothing changed"
touch include/module7.h
expect "$(compiled)" 2 "one header was touched"
sed -i 's/% PRIME;$/% PRIME + 1;/' source/module20.c
expect "$(compiled)" 1 "one source was changed"
[ "$(./program)" != "$first" ] || { echo "the change is not in the program"; exit 1; }
echo '#define PRIME 1000033L' >include/common.h
expect "$(compiled)" $((modules + 1)) "every source depends on this header"
make -s clean
[ -z "$(find . -name '*.o' -o -name '*.d')" ] || { echo "clean left something"; exit 1; }
expect "$(compiled)" $((modules + 1)) "after clean"

echo "$modules modules, $(./program)"
