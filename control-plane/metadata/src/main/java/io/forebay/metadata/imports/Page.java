package io.forebay.metadata.imports;

import io.forebay.metadata.flush.Adoption;
import io.forebay.metadata.placement.Placement;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.observability.EventName;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.FoundObject;
import io.forebay.proto.ImportRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.SkippedRecord;
import io.forebay.proto.WorkerRecord;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes files and directories of a page of objects, in the order of their keys. */
final class Page {
    private static final System.Logger LOG = System.getLogger(Page.class.getName());

    /** New inodes of one transaction: a page of deep paths is taken in several. */
    private static final int MADE_MAX = 2_000;

    /** What is kept of those that were left alone; all of them are in the log. */
    private static final int SKIPS_MAX = 100;

    private static final int TYPE_BITS = 0170000;
    private static final int PERMISSION_BITS = 07777;
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;

    private final Space space;
    private final ImportRecord.Builder run;
    private final List<WorkerRecord> workers;

    /** The directories of the object before, which are mostly those of the next one. */
    private final List<Step> way = new ArrayList<>();

    private int made;

    Page(Space space, ImportRecord.Builder run) {
        this.space = space;
        this.run = run;
        this.workers = Registry.workers(space.tx().snapshot());
    }

    /** Takes the objects; false where the rest is for another transaction. */
    boolean take(List<FoundObject> objects) {
        for (FoundObject object : objects) {
            if (made >= MADE_MAX) {
                return false;
            }
            String reason = take(object);
            if (reason != null) {
                skip(object.getKey(), reason);
            }
            run.setAfter(object.getKey());
        }
        return true;
    }

    private void skip(String key, String reason) {
        run.setSkipped(run.getSkipped() + 1);
        if (run.getSkipsCount() < SKIPS_MAX) {
            run.addSkips(SkippedRecord.newBuilder().setKey(key).setReason(reason));
        }
        LOG.log(
                System.Logger.Level.WARNING,
                EventName.IMPORT_SKIPPED.line(
                        "workspace", space.workspace().getName(), "key", key, "reason", reason));
    }

    /** Why the object was left alone, or null. */
    private @Nullable String take(FoundObject object) {
        if (!object.getProblem().isEmpty()) {
            return object.getProblem();
        }
        if (object.getEtag().isEmpty()) {
            return "The store gives it no ETag, so that nobody can tell when it changes";
        }
        String key = object.getKey();
        boolean directory = key.isEmpty() || key.endsWith("/");
        String path = directory && !key.isEmpty() ? key.substring(0, key.length() - 1) : key;
        if (ObjectKeys.isDetour(key)) {
            return "It was on its way from one name to another when the metadata was lost:"
                    + " copy it to where it belongs";
        }
        if (key.isEmpty()) {
            run.setPresent(run.getPresent() + 1); // the prefix itself
            return null;
        }
        List<byte[]> names = ObjectKeys.path(path);
        if (!names.stream().allMatch(Page::isName) || !ObjectKeys.of(names).equals(path)) {
            return "No path has this key: copy it to another one";
        }
        return directory ? directory(names, object) : file(names, object);
    }

    private @Nullable String directory(List<byte[]> names, FoundObject object) {
        if (!walk(names)) {
            return "A file is where one of its directories would be";
        }
        run.setPresent(run.getPresent() + (way.size() == names.size() ? 1 : 0));
        while (way.size() < names.size()) {
            boolean last = way.size() == names.size() - 1;
            Inode inode = enter(names.get(way.size()));
            if (last) {
                owned(inode, object);
                permit(inode, object, DIRECTORY_MODE);
                times(inode, object);
            }
        }
        return null;
    }

    private @Nullable String file(List<byte[]> names, FoundObject object) {
        NodeType type = type(object.getMode() & TYPE_BITS);
        int target = object.getContent().size();
        if (type == NodeType.NODE_TYPE_DIRECTORY) {
            return "It says that it is a directory, and its key does not end with '/'";
        }
        if (type == NodeType.NODE_TYPE_SYMLINK
                && (target == 0 || target > Limits.LINK_TARGET_BYTES_MAX)) {
            return "It says that it is a symbolic link, and holds no target of one";
        }
        List<byte[]> directories = names.subList(0, names.size() - 1);
        if (!walk(directories)) {
            return "A file is where one of its directories would be";
        }
        byte[] name = names.getLast();
        if (way.size() == directories.size()) {
            EntryRecord entry = Names.find(space.tx(), space.id(), at(), name);
            if (entry != null) {
                return there(entry, object);
            }
        }
        if (Adoption.isInUse(space, object.getKey())) {
            return "The object is being moved or removed: import again when that is done";
        }
        while (way.size() < directories.size()) {
            enter(directories.get(way.size()));
        }
        make(name, type, object);
        return null;
    }

    /** What has the object's name stays as it is. */
    private @Nullable String there(EntryRecord entry, FoundObject object) {
        Inode inode = space.inode(entry.getIno());
        if (Adoption.isAt(space, inode, object)) {
            run.setPresent(run.getPresent() + 1);
            return null;
        }
        if (!inode.regular()) {
            return "Something else than a file has its name";
        }
        return inode.state() == FlushState.FLUSH_STATE_CLEAN
                ? "A file that is in the bucket as another object has its name"
                : "A file that is not in the bucket yet has its name";
    }

    private void make(byte[] name, NodeType type, FoundObject object) {
        Inode inode = node(name, type, 1);
        owned(inode, object);
        permit(inode, object, FILE_MODE);
        times(inode, object);
        inode.attributes().setRdev(object.getRdev());
        if (type == NodeType.NODE_TYPE_SYMLINK) {
            space.tx().set(Keys.link(space.id(), inode.ino()), object.getContent().toByteArray());
        }
        inode.record().setOwner(owner(inode));
        Adoption.adopt(space, inode, object);
        run.setFiles(run.getFiles() + 1);
    }

    /** Who will fetch it; when all are full or away, whoever listed the bucket. */
    private String owner(Inode inode) {
        try {
            return Placement.choose(space, workers, "", inode.ino());
        } catch (Refusal refused) {
            return run.getWorker();
        }
    }

    /** Goes as far as there are directories; false where something else is in the way. */
    private boolean walk(List<byte[]> names) {
        int same = 0;
        while (same < Math.min(way.size(), names.size())
                && Arrays.equals(way.get(same).name(), names.get(same))) {
            same++;
        }
        way.subList(same, way.size()).clear();
        while (way.size() < names.size()) {
            byte[] name = names.get(way.size());
            EntryRecord entry = Names.find(space.tx(), space.id(), at(), name);
            if (entry == null) {
                return true;
            }
            if (entry.getType() != NodeType.NODE_TYPE_DIRECTORY) {
                return false;
            }
            way.add(new Step(name, entry.getIno()));
        }
        return true;
    }

    private long at() {
        return way.isEmpty() ? Limits.ROOT_INO : way.getLast().ino();
    }

    /** Makes a directory where the way ends, and goes into it. */
    private Inode enter(byte[] name) {
        Inode parent = space.directory(at());
        Inode inode = node(name, NodeType.NODE_TYPE_DIRECTORY, 2);
        parent.attributes().setNlink(parent.attributes().getNlink() + 1);
        inode.attributes().setMode(DIRECTORY_MODE);
        way.add(new Step(name, inode.ino()));
        run.setDirectories(run.getDirectories() + 1);
        return inode;
    }

    private Inode node(byte[] name, NodeType type, int links) {
        Inode parent = space.directory(at());
        Inode inode = space.create(InodeNumbers.take(space));
        long now = space.nowNanos();
        inode.attributes()
                .setType(type)
                .setNlink(links)
                .setUid(run.getUid())
                .setGid(run.getGid())
                .setAtimeNanos(now)
                .setMtimeNanos(now)
                .setCtimeNanos(now)
                .setBirthNanos(now);
        Names.link(space, parent.ino(), name, inode);
        parent.touch(now, true);
        made++;
        return inode;
    }

    private static void owned(Inode inode, FoundObject object) {
        if (object.hasUid()) {
            inode.attributes().setUid(object.getUid());
        }
        if (object.hasGid()) {
            inode.attributes().setGid(object.getGid());
        }
    }

    private static void permit(Inode inode, FoundObject object, int otherwise) {
        int mode = object.hasMode() ? object.getMode() & PERMISSION_BITS : otherwise;
        inode.attributes().setMode(mode);
    }

    private static void times(Inode inode, FoundObject object) {
        long modified = object.getModifiedNanos();
        long mtime = object.hasMtimeNanos() ? object.getMtimeNanos() : modified;
        inode.attributes().setMtimeNanos(mtime).setAtimeNanos(mtime).setBirthNanos(modified);
    }

    /** By the type bits of a mode (inode(7)); what says none is a file. */
    private static NodeType type(int bits) {
        return switch (bits) {
            case 0010000 -> NodeType.NODE_TYPE_FIFO;
            case 0020000 -> NodeType.NODE_TYPE_CHARACTER_DEVICE;
            case 0040000 -> NodeType.NODE_TYPE_DIRECTORY;
            case 0060000 -> NodeType.NODE_TYPE_BLOCK_DEVICE;
            case 0120000 -> NodeType.NODE_TYPE_SYMLINK;
            case 0140000 -> NodeType.NODE_TYPE_SOCKET;
            default -> NodeType.NODE_TYPE_FILE;
        };
    }

    private static boolean isName(byte[] name) {
        try {
            Names.check(name);
            return true;
        } catch (Refusal refused) {
            return false;
        }
    }

    /** A directory on the way. */
    private record Step(byte[] name, long ino) {
        @Override
        public String toString() {
            return ino + ":" + Arrays.toString(name);
        }
    }
}
