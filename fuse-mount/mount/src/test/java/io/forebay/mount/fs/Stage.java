package io.forebay.mount.fs;

import io.forebay.fuse.Backing;
import io.forebay.mount.meta.Attachment;
import io.forebay.mount.meta.FakeMetadata;
import io.forebay.mount.services.CloseTrace;
import io.forebay.mount.services.Services;
import io.forebay.mount.watch.Watch;
import io.forebay.mount.watch.WatchMeter;
import io.forebay.proto.AttachRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A file system over a fake service and a directory. */
record Stage(FakeMetadata metadata, Services services, TempStagedFiles staged)
        implements AutoCloseable {
    /** The kernel may believe nothing for longer than this; tests see each call. */
    static final long TIMEOUT_MILLIS = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static Stage in(Path directory) {
        return in(directory, InstantSource.system());
    }

    static Stage in(Path directory, InstantSource clock) {
        FakeMetadata metadata = new FakeMetadata(clock, TIMEOUT_MILLIS);
        Attachment attachment = Attachment.attach(metadata, AttachRequest.getDefaultInstance());
        TempStagedFiles staged = new TempStagedFiles(directory);
        return new Stage(
                metadata,
                new Services(
                        metadata,
                        attachment,
                        staged,
                        clock,
                        CloseTrace.NONE,
                        new Watch(metadata, attachment, clock, WatchMeter.NONE)),
                staged);
    }

    ForebayFileSystem fileSystem(Backing backing) {
        return new ForebayFileSystem(services, backing);
    }

    static void drain(ForebayFileSystem fileSystem) throws InterruptedException {
        if (!fileSystem.drain(PATIENCE)) {
            throw new IllegalStateException("releases were not answered in time");
        }
    }

    @Override
    public void close() {
        services.attachment().close();
    }
}
