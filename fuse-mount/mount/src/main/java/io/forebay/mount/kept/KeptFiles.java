package io.forebay.mount.kept;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.forebay.proto.KeptHandle;
import io.forebay.proto.KeptInode;
import io.forebay.transport.posix.NativeFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The open files: their records, and the descriptors of their staged files. For any thread. */
public final class KeptFiles {
    /** Descriptors below are the mount's own. */
    private static final int FIRST_KEY = 16;

    private final RecordTable inodes;
    private final RecordTable handles;
    private final Descriptors descriptors;
    private final List<Found> found = new ArrayList<>();

    /** Descriptors of staged files that this process has. */
    private final AtomicInteger held = new AtomicInteger();

    /** By the kernel's handle, the number of its record. */
    private final Map<Long, Integer> numbers = new ConcurrentHashMap<>();

    KeptFiles(RecordTable inodes, RecordTable handles, Descriptors descriptors) {
        this.inodes = inodes;
        this.handles = handles;
        this.descriptors = descriptors;
    }

    /**
     * An inode as a process before this one left it.
     *
     * @param readFile null where the descriptor was not kept, as is {@code writeFile}
     */
    public record Found(
            Slot slot,
            KeptInode inode,
            List<KeptHandle> handles,
            @Nullable NativeFile readFile,
            @Nullable NativeFile writeFile) {}

    /** What was found. Its receiver owns the files. */
    public List<Found> found() {
        return found;
    }

    void find(Map<Integer, NativeFile> files) {
        Map<Long, List<KeptHandle>> byIno = new ConcurrentHashMap<>();
        handles.forEach((number, payload) -> {
            KeptHandle handle = parse(payload, KeptHandle.parser());
            numbers.put(handle.getHandle(), number);
            byIno.computeIfAbsent(handle.getIno(), _ -> new ArrayList<>()).add(handle);
        });
        inodes.forEach((number, payload) -> {
            KeptInode inode = parse(payload, KeptInode.parser());
            found.add(
                    new Found(
                            new Slot(number),
                            inode,
                            byIno.getOrDefault(inode.getIno(), List.of()),
                            take(files, key(number, false)),
                            take(files, key(number, true))));
        });
        files.forEach((key, file) -> {
            descriptors.drop(key); // it was closed, and this did not reach the holder
            file.close();
        });
    }

    private @Nullable NativeFile take(Map<Integer, NativeFile> files, int key) {
        NativeFile file = files.remove(key);
        held.addAndGet(file == null ? 0 : 1);
        return file;
    }

    /** How many descriptors of staged files are open. */
    public int descriptors() {
        return held.get();
    }

    /** A place for one inode; null when there is no more room. */
    public @Nullable Slot take() {
        int number = inodes.take();
        return number < 0 ? null : new Slot(number);
    }

    /** Where there is no more room, the handle does not survive this process. */
    public void opened(KeptHandle handle) {
        int number = handles.take();
        if (number >= 0) {
            handles.put(number, handle.toByteArray());
            numbers.put(handle.getHandle(), number);
        }
    }

    /** Also for a handle that was not recorded. */
    public void closed(long handle) {
        Integer number = numbers.remove(handle);
        if (number != null) {
            handles.free(number);
        }
    }

    /** Where one inode is kept. Used by one thread at a time. */
    public final class Slot {
        private final int number;

        private Slot(int number) {
            this.number = number;
        }

        public void save(KeptInode inode) {
            inodes.put(number, inode.toByteArray());
        }

        public void keep(boolean writable, NativeFile file) {
            held.incrementAndGet();
            descriptors.keep(key(number, writable), file);
        }

        public void drop(boolean writable) {
            held.decrementAndGet();
            descriptors.drop(key(number, writable));
        }

        public void free() {
            inodes.free(number);
        }
    }

    private static int key(int number, boolean writable) {
        return FIRST_KEY + 2 * number + (writable ? 1 : 0);
    }

    private static <T> T parse(byte[] payload, Parser<T> parser) {
        try {
            return parser.parseFrom(payload);
        } catch (InvalidProtocolBufferException damaged) {
            throw new KeptException("A kept record is damaged. Unmount and mount again", damaged);
        }
    }
}
