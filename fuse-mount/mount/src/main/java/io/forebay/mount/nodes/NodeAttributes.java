package io.forebay.mount.nodes;

import io.forebay.fuse.Attributes;
import io.forebay.proto.NodeType;

/** Attributes of the metadata service as the kernel takes them. */
public final class NodeAttributes {
    private static final int FIFO = 0010000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int SOCKET = 0140000;

    public static final int PERMISSIONS = 07777;

    private NodeAttributes() {}

    static Attributes of(io.forebay.proto.Attributes node) {
        return new Attributes(
                node.getIno(),
                typeBits(node.getType()) | (node.getMode() & PERMISSIONS),
                node.getNlink(),
                node.getUid(),
                node.getGid(),
                node.getRdev(),
                node.getSize(),
                node.getBlocks(),
                node.getAtimeNanos(),
                node.getMtimeNanos(),
                node.getCtimeNanos(),
                node.getBirthNanos());
    }

    /** The type of a mode as in {@code st_mode}; one without type bits is a regular file's. */
    public static NodeType type(int mode) {
        return switch (mode & Attributes.TYPE_MASK) {
            case 0, Attributes.REGULAR -> NodeType.NODE_TYPE_FILE;
            case Attributes.DIRECTORY -> NodeType.NODE_TYPE_DIRECTORY;
            case Attributes.SYMLINK -> NodeType.NODE_TYPE_SYMLINK;
            case FIFO -> NodeType.NODE_TYPE_FIFO;
            case SOCKET -> NodeType.NODE_TYPE_SOCKET;
            case CHARACTER_DEVICE -> NodeType.NODE_TYPE_CHARACTER_DEVICE;
            case BLOCK_DEVICE -> NodeType.NODE_TYPE_BLOCK_DEVICE;
            default -> NodeType.NODE_TYPE_UNSPECIFIED;
        };
    }

    public static int typeBits(NodeType type) {
        return switch (type) {
            case NODE_TYPE_DIRECTORY -> Attributes.DIRECTORY;
            case NODE_TYPE_SYMLINK -> Attributes.SYMLINK;
            case NODE_TYPE_FIFO -> FIFO;
            case NODE_TYPE_SOCKET -> SOCKET;
            case NODE_TYPE_CHARACTER_DEVICE -> CHARACTER_DEVICE;
            case NODE_TYPE_BLOCK_DEVICE -> BLOCK_DEVICE;
            case NODE_TYPE_FILE, NODE_TYPE_UNSPECIFIED, UNRECOGNIZED -> Attributes.REGULAR;
        };
    }
}
