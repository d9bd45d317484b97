package io.forebay.metadata.foreign;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.KeyStates;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Attributes;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectRecord;
import io.forebay.proto.SeenObject;

/**
 * Somebody else's object becomes the content of a path, as if it had been renamed over the file
 * there: a new inode takes the names. Whoever has the old file open keeps its bytes, and no kernel
 * can take old pages for new ones.
 */
final class Replacement {
    /** More names do not fit a transaction with what each of them changes. */
    private static final int NAMES_MAX = 1_000;

    /** Of an inode: each is a few hundred bytes at most, and 64 KiB all together. */
    private static final int XATTRS_MAX = 10_000;

    private static final long BLOCK_BYTES = 512;
    private static final long GENERATION = 1;

    private Replacement() {}

    static boolean fits(Inode inode) {
        return inode.attributes().getNlink() <= NAMES_MAX;
    }

    /**
     * The object takes the place of the file, with the file's owner, permissions and extended
     * attributes.
     *
     * @param key of the file, where the object is
     * @param ino of the new inode
     */
    static Inode replace(Space space, Inode old, String key, SeenObject object, long ino) {
        Inode fresh = like(space, old, object.getSize(), ino);
        copyXattrs(space, old, fresh);
        Names.handOver(space, old, fresh);
        own(space, fresh, key, object);
        old.attributes().setNlink(0);
        old.touch(space.nowNanos(), false);
        Flow.unlinked(space, old, key);
        return fresh;
    }

    /** A file with the attributes of another one, and without its names. */
    static Inode like(Space space, Inode model, long size, long ino) {
        Inode fresh = space.create(ino);
        Attributes.Builder from = model.attributes();
        fresh.attributes()
                .setType(from.getType())
                .setMode(from.getMode())
                .setUid(from.getUid())
                .setGid(from.getGid())
                .setFlags(from.getFlags())
                .setNlink(from.getNlink())
                .setSize(size)
                .setBlocks(Math.ceilDiv(size, BLOCK_BYTES))
                .setGeneration(GENERATION)
                .setFlushState(FlushState.FLUSH_STATE_CLEAN)
                .setAtimeNanos(space.nowNanos())
                .setBirthNanos(space.nowNanos());
        fresh.touch(space.nowNanos(), true);
        fresh.record().setOwner(model.owner());
        return fresh;
    }

    /** The key's object is the file's from now on. */
    static void own(Space space, Inode file, String key, SeenObject object) {
        file.record()
                .setObject(
                        ObjectRecord.newBuilder()
                                .setKey(key)
                                .setEtag(object.getEtag())
                                .setGeneration(file.generation())
                                .setSize(object.getSize())
                                .setChecksum(object.getChecksum()));
        KeyStates.save(
                space,
                key,
                KeyRecord.newBuilder()
                        .setEtag(object.getEtag())
                        .setIno(file.ino())
                        .setGeneration(file.generation())
                        .setSize(object.getSize()));
    }

    private static void copyXattrs(Space space, Inode from, Inode to) {
        if (from.record().getXattrListBytes() == 0) {
            return;
        }
        Tuple.Range range = Keys.xattrs(space.id(), from.ino());
        for (KeyValue pair : space.tx().getRange(range.begin(), range.end(), XATTRS_MAX)) {
            byte[] name = Tuple.unpack(pair.key()).bytes(3);
            space.tx().set(Keys.xattr(space.id(), to.ino(), name), pair.value());
        }
        to.attributes().setHasXattrs(from.attributes().getHasXattrs());
        to.record()
                .setXattrBytes(from.record().getXattrBytes())
                .setXattrListBytes(from.record().getXattrListBytes());
    }
}
