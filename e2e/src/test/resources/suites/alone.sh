# Runs a command that cannot empty the machine's caches, which fsx does at every close: other tests run beside it.
# It needs a mount namespace of its own (unshare -m).
mount --bind /dev/null /proc/sys/vm/drop_caches || exit 1
exec "$@"
