package io.forebay.mount.kept;

import com.google.protobuf.InvalidProtocolBufferException;
import io.forebay.fuse.posix.ThisProcess;
import io.forebay.mount.kept.KeptMemory.Part;
import io.forebay.proto.KeptMountRecord;
import io.forebay.schema.Limits;
import io.forebay.transport.posix.NativeFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All that outlives this process. */
public final class KeptState {
    /** Key of the kernel's device among the kept descriptors. */
    public static final int DEVICE = 0;

    /** Key of the memory. */
    public static final int MEMORY = 1;

    private final RecordTable mounts;
    private final RequestLog requests;
    private final KeptFiles files;

    /** Guarded by this. */
    private @Nullable KeptMountRecord mount;

    private KeptState(KeptMemory memory, Descriptors descriptors) {
        this.mounts = memory.table(Part.MOUNT);
        this.requests = new RequestLog(memory.table(Part.REQUESTS), Limits.REQUEST_SLOTS);
        this.files =
                new KeptFiles(memory.table(Part.INODES), memory.table(Part.HANDLES), descriptors);
        mounts.forEach((_, payload) -> mount = parse(payload));
        if (mount == null) {
            mounts.take();
        }
    }

    /** Of a new mount, known to nobody but this process. */
    public static KeptState alone() {
        return create(Descriptors.NONE);
    }

    /** Of a new mount. The holder gets the memory. */
    public static KeptState create(Descriptors descriptors) {
        int descriptor = ThisProcess.memoryFile("forebay-mount");
        if (descriptor < 0) {
            throw new KeptException(
                    "No memory can be shared with the holder: errno " + -descriptor);
        }
        try (NativeFile file = NativeFile.fromDescriptor(descriptor)) {
            KeptState state = new KeptState(KeptMemory.create(file), descriptors);
            descriptors.keep(MEMORY, file);
            return state;
        }
    }

    /**
     * As the process before this one left it.
     *
     * @param kept what the holder gave, without the device; taken over
     * @throws KeptException when this version cannot use it
     */
    public static KeptState open(Map<Integer, NativeFile> kept, Descriptors descriptors) {
        Map<Integer, NativeFile> rest = new HashMap<>(kept);
        try (NativeFile file = rest.remove(MEMORY)) {
            if (file == null) {
                throw new KeptException("The holder has no state of the mount; mount again");
            }
            KeptState state = new KeptState(KeptMemory.open(file), descriptors);
            state.files.find(rest);
            return state;
        }
    }

    /** The mount; empty until it is made. */
    public synchronized Optional<KeptMountRecord> mount() {
        return Optional.ofNullable(mount);
    }

    public synchronized void save(KeptMountRecord record) {
        mounts.put(0, record.toByteArray());
        mount = record;
    }

    public RequestLog requests() {
        return requests;
    }

    public KeptFiles files() {
        return files;
    }

    private static KeptMountRecord parse(byte[] payload) {
        try {
            return KeptMountRecord.parseFrom(payload);
        } catch (InvalidProtocolBufferException damaged) {
            throw new KeptException("The mount's record is damaged. Mount again", damaged);
        }
    }
}
