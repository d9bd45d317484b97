package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.fuse.session.FuseSession;
import io.forebay.fuse.session.MountOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The file system over a fake service, under this machine's kernel. */
final class KernelStage {
    private KernelStage() {}

    static boolean canMount() {
        boolean can =
                Files.isWritable(Path.of("/dev/fuse"))
                        && "root".equals(System.getProperty("user.name"));
        if (!can) {
            System.out.println(
                    "SKIPPED: tests under the kernel need /dev/fuse and the right to mount (root)");
        }
        return can;
    }

    /** What a test does in a mounted directory. */
    interface Work {
        void in(Path root, Stage stage) throws Exception;
    }

    /** Mounts, works, unmounts, and sees that nothing is left open. */
    static void mounted(Path directory, boolean passthrough, Work work) throws Exception {
        Path root = Files.createDirectory(directory.resolve("mount"));
        Path staging = Files.createDirectory(directory.resolve("staged"));
        AtomicReference<ForebayFileSystem> made = new AtomicReference<>();
        try (Stage stage = Stage.in(staging)) {
            MountOptions options =
                    MountOptions.of(root).withPassthrough(passthrough).withReaderThreads(6);
            FuseSession session =
                    FuseSession.mount(
                            options,
                            backing -> {
                                made.set(stage.fileSystem(backing));
                                return made.get();
                            });
            try {
                work.in(root, stage);
            } finally {
                session.close();
                made.get().close();
                forceUnmount(root);
            }
            assertEquals(0, made.get().unreleasedFiles());
            assertEquals(List.of(), stage.metadata().open());
        }
    }

    private static void forceUnmount(Path root) throws Exception {
        Process process =
                new ProcessBuilder("umount", "-l", root.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
