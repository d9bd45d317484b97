package io.forebay.mount;

import io.forebay.mount.holder.HolderLink;
import io.forebay.mount.kept.KeptException;

/** Mounts a workspace and serves it until it is unmounted or told to end. */
public final class MountMain {
    private static final int USAGE_ERROR = 2;
    private static final int START_ERROR = 1;

    private MountMain() {}

    public static void main(String[] arguments) {
        int code = run(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    private static int run(String... arguments) {
        try (MountProcess process = new MountProcess(MountArguments.parse(arguments))) {
            endWithTheJvm(process);
            process.start();
            System.out.println("ready");
            process.awaitEnd();
            return 0;
        } catch (InterruptedException e) {
            return 0; // the shutdown hook ends the mount
        } catch (MountArguments.UsageException e) {
            return fail(e, USAGE_ERROR);
        } catch (MountProcess.StartException e) {
            return fail(e, START_ERROR);
        } catch (KeptException e) {
            return fail(e, HolderLink.REFUSED_STATUS);
        }
    }

    /** SIGTERM and SIGINT end the mount, also while it waits for a control plane. */
    private static void endWithTheJvm(MountProcess process) {
        Thread main = Thread.currentThread();
        Thread shutdown =
                new Thread(
                        () -> {
                            main.interrupt();
                            process.close();
                        },
                        "shutdown");
        Runtime.getRuntime().addShutdownHook(shutdown);
    }

    private static int fail(Exception failure, int code) {
        System.err.println("forebay mount: " + failure.getMessage());
        return code;
    }
}
