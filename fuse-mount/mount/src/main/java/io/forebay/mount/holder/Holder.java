package io.forebay.mount.holder;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.posix.Fusermount;
import io.forebay.fuse.posix.MountTable;
import io.forebay.fuse.posix.Mounts;
import io.forebay.observability.EventName;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps one mount served: one thread, {@link #run}, decides everything; others only add events. */
final class Holder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Holder.class.getName());

    private static final int GIVEN_UP = 1;

    /** Answer to a restart: it can never be done. */
    static final long NO_HAND_OVER = -2;

    /** What the shell says of SIGKILL. */
    private static final int KILLED_STATUS = 137;

    /** More than a mount needs to end its files, less than whoever stops the holder waits. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final HolderArguments arguments;
    private final Path socketPath;
    private final InstantSource clock;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Shelf shelf = new Shelf();
    private final Reception reception;
    private final Deaths deaths = new Deaths();

    private @Nullable MountRun current;

    /** Who takes over from the current one, in a planned restart; and who asked for it. */
    private @Nullable MountRun next;

    private @Nullable UnixSocket command;

    /** Whether there is a mount to take away although nothing of it is held. */
    private boolean libraryMounted;

    private @Nullable Instant stopAsked;

    Holder(HolderArguments arguments, InstantSource clock) {
        this.arguments = arguments;
        this.clock = clock;
        this.socketPath = HolderSocket.of(arguments.mountPoint());
        this.reception =
                new Reception(
                        HolderSocket.listen(socketPath, arguments.mountPoint()), shelf, events);
    }

    /** Returns the exit status when the mount has ended, or nobody can serve it. */
    int run() throws IOException, InterruptedException {
        current = start();
        while (true) {
            Event event = events.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            if (event != null) {
                take(event);
            }
            MountRun run = current;
            if (run != null && run.isOver()) {
                Integer status = succeed(run);
                if (status != null) {
                    return status;
                }
            }
            watch();
        }
    }

    /** Makes {@link #run} end the mount, and return. */
    void stop() {
        events.add(new Event.StopAsked());
    }

    @Override
    public void close() throws IOException {
        java.nio.file.Files.deleteIfExists(socketPath); // first: later it may be the next one's
        reception.close();
    }

    private MountRun start() throws IOException {
        MountRun run = MountRun.start(arguments, socketPath, clock.instant());
        CompletableFuture<Void> _ =
                run.process()
                        .onExit()
                        .thenAccept(ended -> events.add(new Event.Ended(run, ended.exitValue())));
        return run;
    }

    private void take(Event event) throws IOException {
        switch (event) {
            case Event.Ready(UnixSocket socket, long pid) -> ready(socket, pid);
            case Event.Serving(UnixSocket socket) -> {
                MountRun run = of(socket);
                if (run != null) {
                    run.serving(clock.instant());
                    libraryMounted = arguments.library();
                    tell(Frame.Kind.RESTARTED, run.pid());
                }
            }
            case Event.Sign(UnixSocket socket, int stuckSeconds) -> {
                MountRun run = of(socket);
                if (run != null) {
                    run.sign(clock.instant(), stuckSeconds);
                }
            }
            case Event.Gone(UnixSocket socket) -> {
                MountRun run = of(socket);
                if (run != null) {
                    run.disconnected();
                }
                if (command == socket) {
                    command = null;
                }
                socket.close();
            }
            case Event.Ended(MountRun run, int status) -> {
                run.ended(status);
                if (run == next) {
                    next = null; // before it had anything: the current one goes on
                    tell(Frame.Kind.NOT_RESTARTED, status);
                }
            }
            case Event.RestartAsked(UnixSocket asked) -> restart(asked);
            case Event.StopAsked() -> {
                stopAsked = clock.instant();
                endAll(false);
            }
        }
    }

    /** A new process waits for what it inherits: now, or when the current one has ended. */
    private void ready(UnixSocket socket, long pid) {
        MountRun run = current;
        if (run != null && run.pid() == pid) {
            run.connected(socket, clock.instant());
            give(run);
        } else if (next != null && next.pid() == pid) {
            next.connected(socket, clock.instant());
            if (run != null && run.socket() != null) {
                LOG.log(INFO, EventName.HANDOVER_BEGUN.line("from", run.pid(), "to", pid));
                send(run.socket(), Frame.of(Frame.Kind.HAND_OVER));
            }
        } else {
            socket.close();
        }
    }

    private void give(MountRun run) {
        UnixSocket socket = run.socket();
        if (socket != null) {
            reception.serves(run.pid());
            try {
                shelf.give(socket);
            } catch (PosixException ended) {
                return; // its end is on its way here
            }
        }
        arguments.record().ifPresent(file -> record(run, file));
    }

    /** What follows the end of the current process; a status when nothing does. */
    private @Nullable Integer succeed(MountRun dead) throws IOException, InterruptedException {
        MountRun successor = next;
        if (stopAsked != null) {
            return finish(0);
        }
        if (successor != null && successor.socket() != null) {
            next = null;
            current = successor;
            give(successor);
            return null;
        }
        next = null;
        if (!shelf.hasMount()) {
            return finish(dead.status());
        }
        if (MountTable.at(arguments.mountPoint()).isEmpty()) {
            return finish(dead.status()); // unmounted
        }
        Instant now = clock.instant();
        if (dead.status() == HolderLink.REFUSED_STATUS) {
            LOG.log(ERROR, EventName.MOUNT_ABANDONED.line("because", "the kept state is refused"));
            takeAway();
        } else if (!deaths.another(now, dead.served(now))) {
            LOG.log(ERROR, EventName.MOUNT_ABANDONED.line("because", "it ends again and again"));
            return finish(GIVEN_UP);
        }
        LOG.log(
                WARNING,
                EventName.MOUNT_ENDED.line(
                        "pid", dead.pid(), "status", dead.status(), "held", shelf.size()));
        Thread.sleep(deaths.backOff());
        current = start();
        return null;
    }

    private void restart(UnixSocket asked) throws IOException {
        MountRun run = current;
        if (arguments.library()) {
            send(asked, new Frame(Frame.Kind.NOT_RESTARTED, 0, NO_HAND_OVER));
            return;
        }
        if (command != null || next != null || run == null || !run.hasServed()) {
            send(asked, new Frame(Frame.Kind.NOT_RESTARTED, 0, -1));
            return;
        }
        command = asked;
        next = start();
    }

    private void watch() {
        MountRun run = current;
        Instant now = clock.instant();
        if (stopAsked != null && now.isAfter(stopAsked.plus(STOP_PATIENCE))) {
            endAll(true);
        }
        if (run != null && run.isStuckDying(now)) {
            LOG.log(WARNING, EventName.MOUNT_UNREAPED.line("pid", run.pid()));
            run.ended(KILLED_STATUS);
            UnixSocket socket = run.socket();
            if (socket != null) {
                socket.close(); // its own end stays open as long as the process
            }
        } else if (run != null) {
            String why = run.hung(now, arguments.hang());
            if (why != null) {
                LOG.log(ERROR, EventName.MOUNT_HUNG.line("pid", run.pid(), "because", why));
                run.sign(now, 0);
                run.dumpAndKill();
            }
        }
    }

    private void endAll(boolean force) {
        for (MountRun run : new MountRun[] {next, current}) {
            if (run != null && force) {
                run.process().destroyForcibly();
            } else if (run != null) {
                run.process().destroy();
            }
        }
    }

    private int finish(int status) {
        if (next != null) {
            next.process().destroyForcibly();
        }
        takeAway();
        return status;
    }

    /** Closes what is held and removes the mount, so that nobody waits for it. */
    private void takeAway() {
        boolean had = shelf.hasMount() || libraryMounted;
        shelf.clear();
        try {
            Path mountPoint = arguments.mountPoint();
            boolean left = MountTable.at(mountPoint).filter(MountTable.Entry::isFuse).isPresent();
            if (had && left && Mounts.force(mountPoint) < 0) {
                Fusermount.find().ifPresent(program -> program.unmount(mountPoint));
            }
        } catch (IOException unreadable) {
            LOG.log(WARNING, "the mount table cannot be read: is /proc mounted?", unreadable);
        }
    }

    private @Nullable MountRun of(UnixSocket socket) {
        if (current != null && current.socket() == socket) {
            return current;
        }
        return next != null && next.socket() == socket ? next : null;
    }

    /** Answers the command that waits, if one does. */
    private void tell(Frame.Kind kind, long value) {
        UnixSocket waiting = command;
        if (waiting != null && next == null) {
            send(waiting, new Frame(kind, 0, value));
            command = null;
        }
    }

    private static void send(@Nullable UnixSocket socket, Frame frame) {
        if (socket == null) {
            return;
        }
        try {
            frame.send(socket, null);
        } catch (PosixException ended) {
            LOG.log(INFO, "a connection ended before its answer cause={0}", ended.toString());
        }
    }

    private static void record(MountRun run, Path file) {
        try {
            run.record(file);
        } catch (IOException failed) {
            LOG.log(WARNING, "the record of the mount process cannot be written", failed);
        }
    }
}
