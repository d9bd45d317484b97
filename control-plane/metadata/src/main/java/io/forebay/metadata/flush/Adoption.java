package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FlushState;
import io.forebay.proto.FoundObject;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectRecord;

/**
 * Takes an object of the bucket, whoever wrote it, for the content of a file: the file is clean,
 * and no worker has its bytes until somebody reads them.
 */
public final class Adoption {
    private static final int BLOCK_BYTES = 512;

    private Adoption() {}

    /** Whether an object of ours is, may come, or is about to go under the key. */
    public static boolean isInUse(Space space, String key) {
        return KeyStates.known(KeyStates.load(space, key));
    }

    /** Whether the key's object is the newest content of the file, as we know both. */
    public static boolean isAt(Space space, Inode inode, FoundObject object) {
        return inode.state() == FlushState.FLUSH_STATE_CLEAN
                && inode.object().getEtag().equals(object.getEtag())
                && Flow.isAt(space, inode, object.getKey());
    }

    /**
     * The file, whose path has the object's key, has the object's content from now on, as a new
     * generation. The caller has made sure that nobody has the file open, that nothing is under way
     * under the key, and that what a worker has staged of it is dropped.
     */
    public static void adopt(Space space, Inode inode, FoundObject object) {
        long generation = inode.generation() + 1;
        KeyStates.save(
                space,
                object.getKey(),
                KeyRecord.newBuilder()
                        .setEtag(object.getEtag())
                        .setIno(inode.ino())
                        .setGeneration(generation)
                        .setSize(object.getSize()));
        inode.record()
                .setStaged(!inode.regular()) // of others the content is in the metadata
                .setMaybeStaged(false)
                .setObject(
                        ObjectRecord.newBuilder()
                                .setKey(object.getKey())
                                .setEtag(object.getEtag())
                                .setGeneration(generation)
                                .setSize(object.getSize())
                                .setChecksum(object.getChecksum()));
        inode.attributes()
                .setGeneration(generation)
                .setSize(object.getSize())
                .setBlocks(inode.regular() ? Math.ceilDiv(object.getSize(), BLOCK_BYTES) : 0);
        Flow.clean(space, inode);
    }
}
