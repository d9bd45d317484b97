#!/usr/bin/env bash
# archive.sh DIRECTORY SCRATCH: a tree with everything that tar and rsync keep goes to DIRECTORY and comes back the same. Access
# control lists are a part of it where DIRECTORY has them.
set -euo pipefail
directory=$1 scratch=$2
export LC_ALL=C.UTF-8
mkdir "$directory/lists"
lists=true
setfacl -m u:12345:r "$directory/lists" 2>"$scratch/lists" || lists=false

make_tree() {
  mkdir -p "$1/empty" "$1/deep/er/and/deeper" "$1/names"
  head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null >"$1/deep/er/data"
  : >"$1/empty file"
  printf 'x' >"$1/names/"$'new\nline'
  printf 'x' >"$1/names/"$'not \xff\xfe utf-8'
  printf 'x' >"$1/names/$(printf 'n%.0s' $(seq 255))"
  printf 'x' >"$1/names/größe ✓ %25 %"
  ln -s ../deep/er/data "$1/names/link"
  ln -s "nowhere at all" "$1/dangling"
  ln "$1/deep/er/data" "$1/deep/hard link"
  ln "$1/empty file" "$1/names/second"
  truncate -s 50M "$1/sparse"
  printf 'middle' | dd of="$1/sparse" bs=1M seek=20 conv=notrunc status=none
  mkfifo "$1/fifo"
  mknod "$1/null" c 1 3
  chmod 4711 "$1/deep/er/data"
  chmod 1777 "$1/empty"
  chown 12345:54321 "$1/empty file"
  chown -h 1:2 "$1/dangling"
  setfattr -n user.note -v 'a value' "$1/deep/er/data"
  setfattr -n user.binary -v 0x00ff00 "$1/deep"
  setfattr -n trusted.note -v 'for root' "$1/sparse"
  if $lists; then
    setfacl -m u:12345:r,g:54321:rwx "$1/sparse"
    setfacl -d -m u:12345:rx "$1/deep/er"
  fi
  touch -h -d '2001-02-03 04:05:06.123456789' "$1/dangling" "$1/sparse"
  touch -d '1969-12-31 23:59:59.5' "$1/deep/er/data"
  touch -d '2040-01-01 00:00:00.000000001' "$1/deep" "$1/names"
}

# All that a backup must keep, in words, one line a fact.
describe() {
  (
    cd "$1"
    find . -mindepth 1 -printf '%p type=%y mode=%m links=%n owner=%U:%G target=%l\n' | sort
    find . -mindepth 1 ! -type s -printf '%p mtime=%T@\n' | sort # rsync leaves that of sockets
    find . -type f -printf '%p size=%s\n' | sort
    find . -type f -print0 | sort -z | xargs -0 sha256sum
    find . \( -type c -o -type b \) -print0 | sort -z | xargs -0 stat -c '%n device=%t:%T'
    find . \( -type f -o -type d \) -print0 | sort -z | xargs -0 getfattr -d -m '^(user|trusted)\.' -e hex --absolute-names
    find . \( -type f -o -type d \) -print0 | sort -z | xargs -0 getfacl -n -p
  )
}

same() {
  describe "$1" >"$scratch/wanted"
  describe "$2" >"$scratch/found"
  diff "$scratch/wanted" "$scratch/found" || { echo "$3: the tree differs"; exit 1; }
}

make_tree "$scratch/tree"
keep=(--xattrs --xattrs-include='*' --warning=no-timestamp)
if $lists; then
  keep+=(--acls)
fi
mkdir "$directory/tar" "$scratch/tar"
tar -C "$scratch/tree" "${keep[@]}" --sparse -cf - . |
  tar -C "$directory/tar" "${keep[@]}" --numeric-owner -xpf -
same "$scratch/tree" "$directory/tar" "tar to the mount"
tar -C "$directory/tar" "${keep[@]}" --sparse -cf - . |
  tar -C "$scratch/tar" "${keep[@]}" --numeric-owner -xpf -
same "$scratch/tree" "$scratch/tar" "tar from the mount"

# tar leaves sockets out.
/usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$scratch/tree/socket"
rsync -aHAX --numeric-ids --sparse "$scratch/tree/" "$directory/rsync/"
same "$scratch/tree" "$directory/rsync" "rsync to the mount"
rsync -aHAX --numeric-ids --sparse "$directory/rsync/" "$scratch/rsync/"
same "$scratch/tree" "$scratch/rsync" "rsync from the mount"
left=$(rsync -aHAXnci --numeric-ids --delete "$scratch/tree/" "$directory/rsync/")
[ -z "$left" ] || { echo "rsync would still change: $left"; exit 1; }

# Changes travel too: in place, and by a temporary file that is renamed.
printf 'more' >>"$scratch/tree/deep/er/data"
rm "$scratch/tree/dangling"
mv "$scratch/tree/names" "$scratch/tree/renamed"
rsync -aHAX --numeric-ids --delete --inplace --no-whole-file "$scratch/tree/" "$directory/rsync/"
same "$scratch/tree" "$directory/rsync" "rsync of the changes"
facts=$(describe "$directory/rsync" | wc -l)

# The local S3 server names a file that it writes 37 bytes longer than the key's last part, which its disk refuses here.
find "$directory" -name "$(printf 'n%.0s' $(seq 255))" -delete
echo "$facts facts are the same; access control lists: $lists"
