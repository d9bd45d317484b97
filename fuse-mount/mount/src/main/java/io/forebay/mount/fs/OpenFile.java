package io.forebay.mount.fs;

/** One open of the kernel. */
record OpenFile(long handle, OpenInode inode, Access access) {}
