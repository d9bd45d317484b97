package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.forebay.proto.CreateRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SetXattrRequest.Condition;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flags of chattr(1): what they forbid on every mount, and what goes on all the same. */
final class FlagsTest {
    private static final int IMMUTABLE = 0x10;
    private static final int APPEND = 0x20;
    private static final int NODUMP = 0x40;
    private static final int NOATIME = 0x80;
    private static final int SYNC = 0x8;

    private final Rig rig = new Rig();
    private final long setter = rig.attach("n1");
    private final long mount = rig.attach("n2");
    private final long directory = ino(rig.mkdir(setter, Rig.ROOT, "d"));
    private final long file = rig.file(setter, directory, "f", 3);

    private static long ino(NodeReply reply) {
        return reply.getAttributes().getIno();
    }

    private NodeReply change(long ino, UnaryOperator<SetAttributesRequest.Builder> what) {
        return rig.metadata
                .namespace()
                .setAttributes(
                        what.apply(
                                        SetAttributesRequest.newBuilder()
                                                .setCaller(rig.caller(mount))
                                                .setWorkspaceId(rig.ws)
                                                .setIno(ino))
                                .build());
    }

    private FailureKind flags(long ino, int flags) {
        return change(ino, set -> set.setFlags(flags)).getFailure();
    }

    private FailureKind open(UnaryOperator<OpenRequest.Builder> how) {
        OpenReply reply =
                rig.metadata
                        .openFiles()
                        .open(
                                how.apply(
                                                OpenRequest.newBuilder()
                                                        .setCaller(rig.caller(mount))
                                                        .setWorkspaceId(rig.ws)
                                                        .setIno(file)
                                                        .setRead(true))
                                        .build());
        return reply.getFailure();
    }

    private FailureKind create(UnaryOperator<CreateRequest.Builder> how) {
        return rig.metadata
                .openFiles()
                .create(
                        how.apply(
                                        CreateRequest.newBuilder()
                                                .setCaller(rig.caller(mount))
                                                .setWorkspaceId(rig.ws)
                                                .setParent(directory)
                                                .setWrite(true))
                                .build())
                .getFailure();
    }

    private static void assertDone(FailureKind failure) {
        assertEquals(FailureKind.FAILURE_NONE, failure);
    }

    private static void assertRefused(FailureKind failure) {
        assertEquals(FailureKind.FAILURE_FLAGGED, failure);
    }

    @Test
    void aChangeShowsInTheAttributesAndTheTimeOfChange() {
        assertEquals(0, rig.attributes(file).getFlags());
        rig.clock.advance(5);
        assertDone(flags(file, IMMUTABLE | NODUMP));
        assertEquals(IMMUTABLE | NODUMP, rig.attributes(file).getFlags());
        assertEquals(rig.clock.nanos(), rig.attributes(file).getCtimeNanos());
        assertNotEquals(rig.clock.nanos(), rig.attributes(file).getMtimeNanos());
        assertEquals(IMMUTABLE | NODUMP, rig.lookup(directory, "f").getAttributes().getFlags());
    }

    @Test
    void whatStaysImmutableKeepsItsOtherFlags() {
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, flags(file, SYNC));
        assertDone(flags(file, IMMUTABLE));
        assertDone(flags(file, IMMUTABLE));
        assertRefused(flags(file, IMMUTABLE | NODUMP));
        assertEquals(IMMUTABLE, rig.attributes(file).getFlags());
        assertDone(flags(file, APPEND));
        assertDone(flags(file, APPEND | NODUMP));
        assertDone(flags(file, 0));
    }

    @Test
    void aNewInodeHasOfItsDirectoryWhatForbidsNothing() {
        assertDone(flags(directory, APPEND | NODUMP | NOATIME));
        long made = rig.file(mount, directory, "g", 0);
        long below = ino(rig.mkdir(mount, directory, "e"));
        assertEquals(NODUMP | NOATIME, rig.attributes(made).getFlags());
        assertEquals(NODUMP | NOATIME, rig.attributes(below).getFlags());
    }

    @ParameterizedTest
    @ValueSource(ints = {IMMUTABLE, APPEND, IMMUTABLE | APPEND})
    void aFileOfEitherFlagKeepsItsNamesAndAttributes(int flags) {
        rig.setXattr(setter, file, "user.a", "1", Condition.CONDITION_NONE);
        rig.file(setter, directory, "other", 1);
        assertDone(flags(file, flags));
        String before = rig.attributes(file).toString();
        List<Supplier<FailureKind>> all =
                List.of(
                        () -> rig.remove(mount, directory, "f", false).getFailure(),
                        () -> rig.rename(mount, directory, "f", directory, "g").getFailure(),
                        () -> rig.rename(mount, directory, "other", directory, "f").getFailure(),
                        () -> exchange("other", "f"),
                        () -> exchange("f", "other"),
                        () -> rig.link(mount, file, Rig.ROOT, "g").getFailure(),
                        () -> change(file, set -> set.setMode(0600)).getFailure(),
                        () -> change(file, set -> set.setUid(1)).getFailure(),
                        () -> change(file, set -> set.setGid(1)).getFailure(),
                        () -> change(file, set -> set.setMtimeNanos(1)).getFailure(),
                        () -> change(file, set -> set.setAtimeNanos(1)).getFailure(),
                        () -> change(file, set -> set.setAtimeNow(true)).getFailure(),
                        () -> change(file, set -> set.setMtimeNow(true)).getFailure(),
                        () -> xattr("user.a"),
                        () -> xattr("user.b"),
                        () -> xattr("system.posix_acl_access"),
                        () -> rig.removeXattr(mount, file, "user.a").getFailure(),
                        () -> rig.removeXattr(mount, file, "user.none").getFailure(),
                        () -> open(how -> how.setWrite(true)),
                        () -> open(how -> how.setTruncate(true)),
                        () -> open(how -> how.setWrite(true).setTruncate(true).setAppend(true)),
                        () -> create(how -> how.setName(Rig.bytes("f"))),
                        () -> create(how -> how.setName(Rig.bytes("f")).setTruncate(true)));
        for (int i = 0; i < all.size(); i++) {
            assertEquals(FailureKind.FAILURE_FLAGGED, all.get(i).get(), "the " + i + "th");
        }
        assertEquals(before, rig.attributes(file).toString());
        assertEquals(2, rig.list(directory).size());
        assertDone(open(how -> how));
        assertDone(flags(file, 0));
        assertDone(rig.rename(mount, directory, "other", directory, "f").getFailure());
    }

    private FailureKind exchange(String a, String b) {
        return rig.metadata
                .namespace()
                .rename(rig.renaming(mount, directory, a, directory, b).setExchange(true).build())
                .getFailure();
    }

    private FailureKind xattr(String name) {
        return rig.setXattr(mount, file, name, "1", Condition.CONDITION_NONE).getFailure();
    }

    @Test
    void anAppendOnlyFileIsTouchedAndWrittenBehindItsEndAlone() {
        assertDone(flags(file, APPEND));
        assertDone(change(file, set -> set.setAtimeNow(true).setMtimeNow(true)).getFailure());
        assertDone(open(how -> how.setWrite(true).setAppend(true)));
        assertDone(create(how -> how.setName(Rig.bytes("f")).setAppend(true)));
        assertDone(flags(file, APPEND | IMMUTABLE));
        assertRefused(open(how -> how.setWrite(true).setAppend(true)));
        assertRefused(change(file, set -> set.setAtimeNow(true).setMtimeNow(true)).getFailure());
    }

    @Test
    void anImmutableDirectoryKeepsItsNames() {
        rig.mkdir(setter, Rig.ROOT, "e");
        rig.file(setter, Rig.ROOT, "g", 1);
        assertDone(flags(directory, IMMUTABLE));
        assertRefused(create(how -> how.setName(Rig.bytes("new"))));
        assertRefused(create(how -> how.setUnnamed(true)));
        assertRefused(rig.mkdir(mount, directory, "new").getFailure());
        assertRefused(
                rig.make(mount, directory, "new", NodeType.NODE_TYPE_SYMLINK, "x").getFailure());
        assertRefused(rig.link(mount, file, directory, "new").getFailure());
        assertRefused(rig.remove(mount, directory, "f", false).getFailure());
        assertRefused(rig.rename(mount, directory, "f", Rig.ROOT, "new").getFailure());
        assertRefused(rig.rename(mount, Rig.ROOT, "g", directory, "new").getFailure());
        assertRefused(rig.rename(mount, Rig.ROOT, "g", directory, "f").getFailure());
        assertRefused(rig.rename(mount, Rig.ROOT, "d", Rig.ROOT, "c").getFailure());
        assertRefused(rig.remove(mount, Rig.ROOT, "d", true).getFailure());
        assertEquals(1, rig.list(directory).size());
        // what has its own way in is not the directory's to keep
        assertDone(create(how -> how.setName(Rig.bytes("f"))));
        assertEquals(FailureKind.FAILURE_EXISTS, rig.mkdir(mount, directory, "f").getFailure());
        assertDone(change(file, set -> set.setMode(0600)).getFailure());
        assertDone(rig.link(mount, file, Rig.ROOT, "h").getFailure());
    }

    @Test
    void anAppendOnlyDirectoryTakesNewNamesAndLosesNone() {
        rig.file(setter, Rig.ROOT, "g", 1);
        assertDone(flags(directory, APPEND));
        long made = rig.file(mount, directory, "new", 1);
        assertDone(rig.mkdir(mount, directory, "below").getFailure());
        assertDone(rig.link(mount, made, directory, "more").getFailure());
        assertRefused(rig.rename(mount, Rig.ROOT, "g", directory, "f").getFailure());
        assertDone(rig.rename(mount, Rig.ROOT, "g", directory, "in").getFailure());
        assertRefused(rig.rename(mount, directory, "in", directory, "out").getFailure());
        assertRefused(rig.rename(mount, directory, "in", Rig.ROOT, "g").getFailure());
        assertRefused(exchange("in", "new"));
        assertRefused(rig.remove(mount, directory, "new", false).getFailure());
        assertRefused(rig.remove(mount, directory, "below", true).getFailure());
        assertEquals(5, rig.list(directory).size());
    }

    @Test
    void whatIsOpenIsWrittenClosedAndOpenedAgain() {
        OpenReply opened = rig.open(mount, file, true, false);
        assertDone(flags(file, IMMUTABLE));
        assertDone(rig.commit(mount, file, 9, rig.clock.nanos()).getFailure());
        assertDone(change(file, set -> set.setKillSetId(true)).getFailure());
        assertRefused(open(how -> how.setWrite(true)));
        assertDone(open(how -> how.setWrite(true).setAgain(true)));
        rig.release(mount, file, opened.getOpenSequence() + 1);
        assertEquals(9, rig.attributes(file).getSize());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(file).getFlushState());
    }

    @ParameterizedTest
    @ValueSource(ints = {IMMUTABLE, APPEND})
    void aFlaggedFileIsUploadedEvictedAndBroughtBack(int flags) {
        SimWorker worker = rig.worker(new Bucket());
        worker.staged.put(file, new SimWorker.Staged("abc", 5));
        assertDone(flags(file, flags));
        assertDone(flags(directory, flags));
        rig.clock.advance(1_000);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(file).getFlushState());
        worker.evict(file, 1);
        assertEquals("none", worker.content(file));
        worker.open(Rig.claims(rig.open(mount, file, false, false)));
        assertEquals("abc", worker.content(file));
    }

    @Test
    void aFlaggedFileThatADeadMountHadOpenIsSettled() {
        SimWorker worker = rig.worker(new Bucket());
        worker.staged.put(file, new SimWorker.Staged("what was written", 5));
        rig.open(mount, file, true, false);
        assertDone(flags(file, IMMUTABLE));
        rig.clock.advance(60_000);
        rig.tend();
        rig.clock.advance(1_000);
        worker.drain();
        rig.clock.advance(1_000);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(file).getFlushState());
        assertEquals("what was written".length(), rig.attributes(file).getSize());
    }
}
