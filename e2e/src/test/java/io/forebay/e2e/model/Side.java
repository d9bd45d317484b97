package io.forebay.e2e.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Real system calls in one directory, which may be reached in two ways. */
final class Side implements Lockstep.Subject {
    static final int SLOTS = 5;
    private static final int OPEN_DIRECTORY =
            PathOperation.Flag.bits(List.of(PathOperation.Flag.DIRECTORY));

    private final Surroundings surroundings;
    private final int[] roots;
    private final Handle[] handles = new Handle[SLOTS];
    private final PathCalls paths = new PathCalls(this);
    private final HandleCalls open = new HandleCalls(this);
    private int lastMount;

    /**
     * @param ways to the directory: the ways through mount 0 and mount 1
     */
    Side(List<Path> ways, Surroundings surroundings) {
        this.surroundings = surroundings;
        Arrays.fill(handles, Handle.NONE);
        int made = Calls.call("mkdir", ways.getFirst().toString(), 0);
        int opened = Calls.call("chmod", ways.getFirst().toString(), 0777);
        if (made < 0 || opened < 0) {
            throw new IllegalStateException("cannot make " + ways.getFirst());
        }
        surroundings.settle(1);
        roots = ways.stream().mapToInt(Side::root).toArray();
    }

    private static int root(Path way) {
        int descriptor = Calls.call("open", way.toString(), OPEN_DIRECTORY);
        if (descriptor < 0) {
            throw new IllegalStateException("cannot open " + way + ": " + descriptor);
        }
        return descriptor;
    }

    @Override
    public Outcome perform(Step step) {
        int mount = mount(step);
        if (mount != lastMount) {
            surroundings.settle(mount);
            lastMount = mount;
        }
        try {
            become(step.user());
            return switch (step.operation()) {
                case PathOperation operation -> paths.perform(mount, step.user(), operation);
                case HandleOperation operation -> open.perform(operation);
                case Operation.CompareTrees _ -> compared();
                case Operation.Kill kill -> {
                    surroundings.kill(kill.victim());
                    yield Outcome.of(0);
                }
            };
        } finally {
            become(0);
        }
    }

    private int mount(Step step) {
        return step.operation() instanceof HandleOperation on
                ? handle(on.slot()).mount()
                : step.mount();
    }

    private Outcome compared() {
        List<String> lines = new ArrayList<>();
        for (int mount = 0; mount < roots.length; mount++) {
            surroundings.settle(mount);
            int seen = mount;
            Listing listing = new Listing(attributes -> facts(seen, attributes));
            listing.of(roots[mount], "mount " + mount + ": ");
            lines.addAll(listing.lines());
            lastMount = mount;
        }
        return Outcome.of(0, lines);
    }

    /**
     * What a mount must know of a node. What is being written through the other mount it need not
     * know before the close, when nobody opens the file.
     */
    List<String> facts(int mount, Attributes attributes) {
        if (isWrittenElsewhere(mount, attributes.inode())) {
            return attributes.factsButContent();
        }
        return attributes.facts();
    }

    private boolean isWrittenElsewhere(int mount, long inode) {
        return Arrays.stream(handles)
                .anyMatch(each -> each.writes() && each.mount() != mount && each.inode() == inode);
    }

    /** For the kernel's checks on files, and for this thread alone. */
    private static void become(int user) {
        Calls.call("setfsgid", user);
        Calls.call("setfsuid", user);
    }

    Handle handle(int slot) {
        return handles[slot];
    }

    /** Closes what was there; the result of that. */
    int put(int slot, Handle handle) {
        Handle before = handles[slot];
        handles[slot] = handle;
        return before.descriptor() < 0 ? 0 : Calls.call("close", before.descriptor());
    }

    /** A path that the kernel follows from the directory on, whoever may search those above it. */
    String path(int mount, String relative) {
        return "/proc/self/fd/" + roots[mount] + "/" + relative;
    }

    @Override
    public void close() {
        for (int slot = 0; slot < SLOTS; slot++) {
            put(slot, Handle.NONE);
        }
        for (int root : roots) {
            Calls.call("close", root);
        }
    }

    /** What a directory that is served by processes needs, and another one has no use for. */
    interface Surroundings {
        Surroundings NONE =
                new Surroundings() {
                    @Override
                    public void settle(int mount) {
                        // Whoever asks is told what is.
                    }

                    @Override
                    public void kill(Operation.Victim victim) {
                        // Nobody serves it.
                    }
                };

        /** Returns when this mount has been told of all that was done on the other. */
        void settle(int mount);

        /** Returns when the successor runs. */
        void kill(Operation.Victim victim);
    }
}
