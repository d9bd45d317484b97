package io.forebay.e2e.model;

import io.forebay.e2e.model.HandleOperation.Kind;
import io.forebay.e2e.model.HandleOperation.Whence;
import io.forebay.e2e.model.PathOperation.Flag;
import io.forebay.e2e.model.PathOperation.Octal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Steps from a seed. Names, offsets and users are few, so that steps often meet. What is there is
 * not known here, so that any part of the steps is a script as well.
 */
final class Generator {
    private static final List<String> PATHS =
            List.of("a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "e", "e/a", "s", "s/b");
    private static final List<String> TARGETS = List.of("d", "a", "e", "b", ".", "nowhere", "d/a");

    /**
     * No setgid bit without the right to execute: a write by somebody outside of the group takes it
     * on ext4 and not on a mount, which is not told of all groups that the writer is in.
     */
    private static final List<Integer> MODES =
            List.of(0644, 0600, 0666, 0755, 0777, 0400, 0, 04711, 02755, 06777, 01777, 02775);

    private static final List<Long> OFFSETS =
            List.of(0L, 1L, 511L, 4096L, 5000L, 8192L, 40_960L, 65_536L, 70_001L, 131_072L);
    private static final List<Integer> COUNTS =
            List.of(0, 1, 100, 512, 4096, 5000, 12_288, 65_536, 100_000);
    private static final List<String> ATTRIBUTES =
            List.of("user.a", "user.b", "trusted.a", "security.a", "other.a");
    private static final List<Integer> VALUES = List.of(0, 1, 20, 200);
    private static final long BILLION = 1_000_000_000;

    private static final int COMPARE_EVERY = 60;

    /** Each process once in four times as many steps. */
    private static final int KILL_EVERY = 70;

    private final Random random;
    private final boolean crashes;
    private int mount;

    private Generator(long seed, boolean crashes) {
        this.random = new Random(seed);
        this.crashes = crashes;
    }

    /**
     * @param crashes whether processes are killed in between
     */
    static List<Step> steps(long seed, int count, boolean crashes) {
        Generator generator = new Generator(seed, crashes);
        List<Operation> first =
                List.of(
                        new PathOperation.MakeDirectory("d", new Octal(0777)),
                        new PathOperation.MakeDirectory("d/e", new Octal(0777)),
                        new PathOperation.Symlink("d", "s"),
                        new PathOperation.Open(
                                0, "a", List.of(Flag.RDWR, Flag.CREAT), new Octal(0666)));
        List<Step> steps = new ArrayList<>();
        first.forEach(each -> steps.add(new Step(steps.size(), 0, 0, each)));
        while (steps.size() < count) {
            steps.add(generator.step(steps.size()));
        }
        return steps;
    }

    private Step step(int number) {
        if (number % COMPARE_EVERY == 0) {
            return new Step(number, 0, 0, new Operation.CompareTrees());
        }
        if (crashes && number % KILL_EVERY == KILL_EVERY - 1) {
            List<Operation.Victim> all = List.of(Operation.Victim.values());
            Operation.Victim victim = all.get(number / KILL_EVERY % all.size());
            return new Step(number, 0, 0, new Operation.Kill(victim));
        }
        if (random.nextInt(12) == 0) {
            mount = 1 - mount;
        }
        int user = random.nextInt(6) == 0 ? 1001 : 0;
        return new Step(number, mount, user, random.nextInt(5) < 2 ? named() : onHandle());
    }

    private Operation onHandle() {
        int slot = slot();
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3 -> new HandleOperation.Write(slot, count(), fill());
            case 4, 5, 6, 7 -> new HandleOperation.WriteAt(slot, offset(), count(), fill());
            case 8, 9 -> new HandleOperation.Read(slot, count());
            case 10, 11, 12 -> new HandleOperation.ReadAt(slot, offset(), count());
            case 13, 14 -> new HandleOperation.MapWrite(slot, offset(), count(), fill());
            case 15 -> new HandleOperation.MapRead(slot, offset(), count());
            case 16, 17 -> new HandleOperation.Seek(slot, offset(), one(List.of(Whence.values())));
            case 18, 19 -> new HandleOperation.Resize(slot, offset());
            case 20, 21 ->
                    new HandleOperation.Allocate(
                            slot, one(List.of(HandleOperation.Mode.values())), offset(), offset());
            case 22, 23 -> new HandleOperation.CopyRange(slot, offset(), slot(), offset(), count());
            case 24 -> new HandleOperation.Sync(slot, random.nextBoolean());
            case 25, 26 -> new HandleOperation.Close(slot);
            case 27 -> new HandleOperation.Duplicate(slot, slot());
            case 28 -> new HandleOperation.HandleStatus(slot);
            case 29 -> new HandleOperation.HandleMode(slot, mode());
            case 30 -> new HandleOperation.ListHandle(slot);
            case 31 -> new HandleOperation.LinkHandle(slot, path());
            case 32 -> new HandleOperation.Lock(slot, kind());
            case 33 -> new HandleOperation.LockRange(slot, kind(), offset(), offset());
            case 34 -> new HandleOperation.TestRange(slot, kind(), offset(), offset());
            case 35 -> new HandleOperation.SyncFileSystem(slot);
            default -> open();
        };
    }

    private Operation named() {
        return switch (random.nextInt(30)) {
            case 0, 1, 2 -> new PathOperation.Rename(path(), path(), replace());
            case 3 -> new PathOperation.Link(path(), path(), random.nextBoolean());
            case 4, 5 -> new PathOperation.Unlink(path());
            case 6 -> new PathOperation.RemoveDirectory(path());
            case 7, 8 -> new PathOperation.MakeDirectory(path(), mode());
            case 9 -> new PathOperation.MakeFifo(path(), mode());
            case 10 -> new PathOperation.Symlink(one(TARGETS), path());
            case 11 -> new PathOperation.ReadLink(path());
            case 12, 13 -> new PathOperation.ChangeMode(path(), mode());
            case 14 ->
                    new PathOperation.ChangeOwner(path(), owner(), owner(), random.nextBoolean());
            case 15, 16 -> new PathOperation.SetTimes(path(), time(), time(), random.nextBoolean());
            case 17 -> new PathOperation.Access(path(), random.nextInt(8));
            case 18, 19 -> new PathOperation.Status(path(), random.nextBoolean());
            case 20 -> new PathOperation.ListDirectory(path());
            case 21, 22 ->
                    new PathOperation.SetAttribute(
                            path(),
                            one(ATTRIBUTES),
                            one(VALUES),
                            fill(),
                            one(List.of(PathOperation.Only.values())));
            case 23 -> new PathOperation.GetAttribute(path(), one(ATTRIBUTES), one(VALUES));
            case 24 -> new PathOperation.ListAttributes(path());
            case 25 -> new PathOperation.RemoveAttribute(path(), one(ATTRIBUTES));
            case 26 -> new PathOperation.Truncate(path(), offset());
            default -> open();
        };
    }

    private Operation open() {
        List<Flag> flags = new ArrayList<>();
        int how = random.nextInt(20);
        if (how == 0) {
            flags.addAll(List.of(Flag.TMPFILE, random.nextBoolean() ? Flag.RDWR : Flag.WRONLY));
            flags.addAll(random.nextInt(4) == 0 ? List.of(Flag.EXCL) : List.of());
            return new PathOperation.Open(slot(), path(), flags, mode());
        }
        if (how == 1) {
            flags.addAll(List.of(Flag.DIRECTORY, Flag.RDONLY));
            return new PathOperation.Open(slot(), path(), flags, mode());
        }
        flags.add(one(List.of(Flag.RDONLY, Flag.RDWR, Flag.RDWR, Flag.WRONLY)));
        add(flags, Flag.CREAT, 2);
        add(flags, Flag.EXCL, 12);
        add(flags, Flag.TRUNC, 8);
        add(flags, Flag.APPEND, 6);
        add(flags, Flag.DIRECT, 6);
        add(flags, Flag.SYNC, 16);
        add(flags, Flag.DSYNC, 16);
        add(flags, Flag.NOFOLLOW, 12);
        add(flags, Flag.NOATIME, 20);
        add(flags, Flag.PATH, 30);
        return new PathOperation.Open(slot(), path(), flags, mode());
    }

    private void add(List<Flag> flags, Flag flag, int oneIn) {
        if (random.nextInt(oneIn) == 0) {
            flags.add(flag);
        }
    }

    private int slot() {
        return random.nextInt(Side.SLOTS);
    }

    private String path() {
        return one(PATHS);
    }

    private long offset() {
        return one(OFFSETS);
    }

    private int count() {
        return one(COUNTS);
    }

    private int fill() {
        return random.nextInt(1, 256);
    }

    private Octal mode() {
        return new Octal(one(MODES));
    }

    private Kind kind() {
        return one(List.of(Kind.values()));
    }

    private int owner() {
        return one(List.of(-1, 0, 1001, 1002));
    }

    private PathOperation.Replace replace() {
        boolean usual = random.nextBoolean();
        return usual ? PathOperation.Replace.REPLACE : one(List.of(PathOperation.Replace.values()));
    }

    private long time() {
        return switch (random.nextInt(6)) {
            case 0 -> PathOperation.SetTimes.NOW;
            case 1 -> PathOperation.SetTimes.OMIT;
            default -> random.nextInt(1, 900_000) * BILLION + random.nextInt((int) BILLION);
        };
    }

    private <T> T one(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
