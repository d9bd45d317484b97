package io.forebay.e2e.model;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.posix.TwoMounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A directory of a workspace behind two mounts.
 *
 * <p>What one mount does, the other's kernel is told soon, and not at once. A file beside the
 * directory, whose attributes that kernel believes to know, is changed last: when its change is
 * seen, so is what was done before.
 */
final class Mounts implements Side.Surroundings {
    private static final int TOLD_MILLIS_MAX = 60_000;

    private final TwoMounts mounts;
    private final DataPath first;
    private final Path marker;
    private final AtomicLong seconds = new AtomicLong();

    /**
     * @param first mount 0
     */
    Mounts(TwoMounts mounts, DataPath first) throws IOException {
        this.mounts = mounts;
        this.first = first;
        this.marker = Files.createTempFile(root(0), "marker", "").getFileName();
    }

    private Path root(int mount) {
        return mounts.root(mount == 0 ? first : first.other());
    }

    private Path marker(int mount) {
        return root(mount).resolve(marker);
    }

    /** The ways to a directory that is not there yet. */
    List<Path> ways(String name) {
        return Stream.of(root(0), root(1)).map(root -> root.resolve(name)).toList();
    }

    @Override
    public void settle(int mount) {
        FileTime time = FileTime.fromMillis(1000 * seconds.incrementAndGet());
        try {
            Files.getLastModifiedTime(marker(mount));
            Files.setLastModifiedTime(marker(1 - mount), time);
            for (int tries = 0; !Files.getLastModifiedTime(marker(mount)).equals(time); tries++) {
                if (tries > TOLD_MILLIS_MAX) {
                    throw new IllegalStateException("mount " + mount + " is not told");
                }
                Thread.sleep(1);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException asked) {
            throw new IllegalStateException(asked);
        }
    }

    @Override
    public void kill(Operation.Victim victim) {
        try {
            switch (victim) {
                case FIRST_MOUNT -> mounts.killServer(first);
                case SECOND_MOUNT -> mounts.killServer(first.other());
                case WORKER -> mounts.kill("worker");
                case CONTROL_PLANE -> mounts.kill("control plane");
            }
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
