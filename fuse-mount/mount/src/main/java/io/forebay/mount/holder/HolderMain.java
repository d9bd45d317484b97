package io.forebay.mount.holder;

import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Mounts a workspace so that the mount outlives its process; or has it handed over. */
public final class HolderMain {
    private static final int USAGE_ERROR = 2;
    private static final int FAILED = 1;

    /** The mount process has as long to start, and to end what was begun. */
    private static final Duration RESTART_MAX = Duration.ofSeconds(60);

    /** Behind the holder's own patience with its mount process. */
    private static final int STOP_SECONDS = 25;

    private HolderMain() {}

    public static void main(String[] words) {
        System.exit(run(words));
    }

    private static int run(String... words) {
        try {
            HolderArguments arguments = HolderArguments.parse(words);
            return arguments.restart() ? restart(arguments) : hold(arguments);
        } catch (HolderArguments.UsageException wrong) {
            return fail(wrong, USAGE_ERROR);
        } catch (IllegalStateException | IOException failed) {
            return fail(failed, FAILED);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static int hold(HolderArguments arguments) throws IOException, InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        try (Holder holder = new Holder(arguments, InstantSource.system())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopOnSignal(holder, over)));
            return holder.run();
        } finally {
            over.countDown();
        }
    }

    private static void stopOnSignal(Holder holder, CountDownLatch over) {
        holder.stop();
        try {
            over.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private static int restart(HolderArguments arguments) {
        try (UnixSocket socket = UnixSocket.connect(HolderSocket.of(arguments.mountPoint()))) {
            socket.timeouts(RESTART_MAX, Duration.ofSeconds(5));
            Frame.of(Frame.Kind.RESTART).send(socket, null);
            Frame answer = Frame.receive(socket).frame();
            if (answer.kind() == Frame.Kind.RESTARTED) {
                System.out.println("restarted: process " + answer.value() + " serves the mount");
                return 0;
            }
            if (answer.value() == Holder.NO_HAND_OVER) {
                throw new IllegalStateException(HolderArguments.NO_HAND_OVER);
            }
            throw new IllegalStateException(
                    "the new mount process could not take over; the mount's log says why");
        } catch (PosixException failed) {
            throw new IllegalStateException(
                    failed.errno() == PosixException.EAGAIN
                            ? "the mount was not handed over in time; look into its log"
                            : "no `forebay mount` or `forebay up` holds "
                                    + arguments.mountPoint()
                                    + ": name the directory that is mounted",
                    failed);
        }
    }

    private static int fail(Exception failure, int code) {
        System.err.println("forebay mount: " + failure.getMessage());
        return code;
    }
}
