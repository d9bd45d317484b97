package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.FailureKind;
import java.util.ArrayList;
import java.util.List;

/** What fsyncs of WRITE_THROUGH were told, or will be: it holds until the file is written again. */
final class Promises {
    private final Rig rig;
    private final Bucket bucket;
    private final List<Promise> promises = new ArrayList<>();

    Promises(Rig rig, Bucket bucket) {
        this.rig = rig;
        this.bucket = bucket;
    }

    private static final class Promise {
        final long ino;
        final long generation;
        final String content;
        boolean answered;

        Promise(long ino, long generation, String content) {
            this.ino = ino;
            this.generation = generation;
            this.content = content;
        }
    }

    void store(long mount, long ino, SimWorker.Staged staged) {
        long generation = rig.store(mount, ino, staged.content().length(), staged.mtime());
        if (generation != 0) {
            promises.add(new Promise(ino, generation, staged.content()));
        }
    }

    void written(long ino) {
        promises.removeIf(promise -> promise.ino == ino);
    }

    /** As long as the file has a name, the bucket has what was answered, under whatever key. */
    void check() {
        promises.removeIf(promise ->
                rig.failure(promise.ino) != FailureKind.FAILURE_NONE
                        || rig.attributes(promise.ino).getNlink() == 0);
        for (Promise promise : promises) {
            promise.answered |= stored(promise.ino, promise.generation) == FailureKind.FAILURE_NONE;
            assertTrue(
                    !promise.answered || isInBucket(promise),
                    () -> "I1: not in the bucket: " + promise.ino + " " + promise.content);
        }
    }

    private boolean isInBucket(Promise promise) {
        return bucket.objects.values().stream()
                .anyMatch(object ->
                        object.ino() == promise.ino && object.content().equals(promise.content));
    }

    /** Whether what {@link Rig#store} said is in the bucket, without waiting for it. */
    private FailureKind stored(long ino, long generation) {
        try {
            return rig.metadata
                    .storing()
                    .await(
                            AwaitStoredRequest.newBuilder()
                                    .setWorkspaceId(rig.ws)
                                    .setIno(ino)
                                    .setGeneration(generation)
                                    .build(),
                            () -> {})
                    .getFailure();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
