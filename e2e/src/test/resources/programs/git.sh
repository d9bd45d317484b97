#!/usr/bin/env bash
# git.sh SOURCES DIRECTORY SCRATCH: a clone in DIRECTORY of the repository that these sources are in, with all of its history, is
# worked with, packed, checked and cloned back. Sources that are in none get one.
set -euo pipefail
sources=$1 directory=$2 scratch=$3
repository=$scratch/repository
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git config --global safe.directory '*'
git config --global core.fsync all
git config --global gc.autoDetach false

files() {
  git -C "$1" archive HEAD | sha256sum
}

if [ -e "$sources/.git" ]; then
  git clone -q --bare "$sources" "$repository"
else
  git init -q "$repository"
  for part in docs schema observability fuse-mount; do
    tar -C "$sources" --exclude=target -c "$part" | tar -C "$repository" -x
    git -C "$repository" add .
    git -C "$repository" commit -q --allow-empty -m "$part"
  done
fi

git clone -q --no-local "$repository" "$directory/clone"
cd "$directory/clone"
git fsck --full --strict --no-dangling
[ -z "$(git status --porcelain)" ] || { git status --short | head; echo "the fresh clone is not clean"; exit 1; }
[ "$(files .)" = "$(files "$repository")" ] || { echo "the clone has other files"; exit 1; }

git checkout -q -b work
for number in 1 2 3 4 5; do
  echo "$number" >>"work $number.txt"
  git add .
  git commit -q -m "commit $number"
done
git mv 'work 1.txt' moved.txt
git rm -q 'work 2.txt'
git commit -q -m "moved and removed"
git stash push -q --include-untracked -m nothing || true
git worktree add -q ../tree HEAD~2
[ -f '../tree/work 4.txt' ] && [ ! -e ../tree/moved.txt ]
git worktree remove ../tree
git tag -a -m tagged v1

git gc -q --aggressive --prune=now
git fsck --full --strict --no-dangling
[ "$(git count-objects -v | sed -n 's/^count: //p')" = 0 ] || { echo "loose objects are left"; exit 1; }
git repack -q -a -d -f --window=20
git reset -q --hard HEAD~3
git reset -q --hard v1

git clone -q --no-local "$directory/clone" "$scratch/back"
git -C "$scratch/back" fsck --full --strict --no-dangling
[ "$(files "$scratch/back")" = "$(files .)" ] || { echo "cloned back, it has other files"; exit 1; }
[ "$(git rev-list --count v1)" = "$(git -C "$scratch/back" rev-list --count v1)" ]
echo "$(git rev-list --count v1) commits, $(git ls-files | wc -l) files"
