package io.forebay.server.graphql;

import io.forebay.proto.NodeType;

/** As in the schema. */
public enum FileType {
    FILE,
    DIRECTORY,
    SYMLINK,
    FIFO,
    SOCKET,
    CHARACTER_DEVICE,
    BLOCK_DEVICE;

    static FileType of(NodeType type) {
        return switch (type) {
            case NODE_TYPE_FILE -> FILE;
            case NODE_TYPE_DIRECTORY -> DIRECTORY;
            case NODE_TYPE_SYMLINK -> SYMLINK;
            case NODE_TYPE_FIFO -> FIFO;
            case NODE_TYPE_SOCKET -> SOCKET;
            case NODE_TYPE_CHARACTER_DEVICE -> CHARACTER_DEVICE;
            case NODE_TYPE_BLOCK_DEVICE -> BLOCK_DEVICE;
            case NODE_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalStateException("A stored node has no type.");
        };
    }
}
