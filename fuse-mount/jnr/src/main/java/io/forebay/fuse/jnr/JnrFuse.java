package io.forebay.fuse.jnr;

import io.forebay.fuse.FileSystem;
import io.forebay.fuse.session.FuseLibrary;
import io.forebay.fuse.session.FuseMountException;
import io.forebay.fuse.session.FuseSession.InFlight;
import io.forebay.fuse.session.MountFlag;
import io.forebay.fuse.session.MountOptions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** jnr-fuse as a {@link FuseLibrary}. */
public final class JnrFuse implements FuseLibrary {
    /** The largest request that libfuse 2 moves. */
    private static final int TRANSFER_BYTES = 128 << 10;

    /** libfuse mounts before its first call; what takes longer hangs. */
    private static final long MOUNT_SECONDS = 30;

    @Override
    public String name() {
        return "jnr";
    }

    @Override
    public Served serve(MountOptions options, FileSystem fileSystem) {
        Library library = load(fileSystem);
        CountDownLatch ended = new CountDownLatch(1);
        Thread loop =
                Thread.ofPlatform()
                        .daemon()
                        .name("libfuse")
                        .unstarted(() -> {
                            try {
                                int result = library.run(arguments(options));
                                log(result);
                            } finally {
                                ended.countDown();
                                library.ready().countDown();
                            }
                        });
        loop.start();
        awaitMount(library, ended);
        return new Loop(library, ended);
    }

    private record Loop(Library library, CountDownLatch ended) implements Served {
        @Override
        public CountDownLatch end() {
            return ended;
        }

        @Override
        public List<InFlight> inFlight() {
            return library.inFlight();
        }
    }

    private static Library load(FileSystem fileSystem) {
        try {
            return new Library(fileSystem);
        } catch (UnsatisfiedLinkError absent) {
            throw new FuseMountException(
                    "libfuse 2 is missing, which --fuse=jnr needs: `sudo apt-get install -y"
                            + " libfuse2` (libfuse2t64 from Debian 13 and Ubuntu 24.04 on)",
                    absent);
        }
    }

    private static void awaitMount(Library library, CountDownLatch ended) {
        boolean answered;
        try {
            answered = library.ready().await(MOUNT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            throw new FuseMountException("the mount was interrupted", asked);
        }
        if (!answered || ended.getCount() == 0) {
            throw new FuseMountException(
                    "libfuse did not mount; it says why on the standard error. Mount as root, or"
                            + " let fusermount be set-uid root: apt install fuse3");
        }
    }

    private static void log(int result) {
        System.getLogger(JnrFuse.class.getName())
                .log(System.Logger.Level.INFO, "the loop of libfuse has ended result={0}", result);
    }

    /**
     * The kernel believes nothing for any time: libfuse 2 has no way to tell it later that somebody
     * else has changed it.
     */
    static String[] arguments(MountOptions options) {
        String list =
                "fsname=%s,subtype=forebay,default_permissions%s%s,use_ino,big_writes,max_write=%d"
                                .formatted(
                                        options.source().replace("\\", "\\\\").replace(",", "\\,"),
                                        options.allowOther() ? ",allow_other" : "",
                                        MountFlag.options(options.flags()),
                                        TRANSFER_BYTES)
                        + ",atomic_o_trunc,entry_timeout=0,negative_timeout=0,attr_timeout=0";
        return new String[] {"forebay", "-f", "-o", list, options.mountPoint().toString()};
    }
}
