package io.forebay.store;

/** Names a staged file: an inode of a workspace. */
public record StagedKey(long workspaceId, long ino) {}
