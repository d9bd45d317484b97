package io.forebay.mount.open;

/** One open of the kernel. */
public record OpenFile(long handle, OpenInode inode, Access access) {}
