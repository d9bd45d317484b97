package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.changes.ChangeLog;
import io.forebay.proto.Change;
import io.forebay.proto.NodeType;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetXattrRequest.Condition;
import io.forebay.proto.WatchPosition;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What mounts are told of each kind of change: all that a kernel may have kept, and no more. */
final class ChangesTest {
    private final Rig rig = new Rig();
    private final long mount = rig.attach("n1");
    private final long dir = rig.mkdir(mount, Rig.ROOT, "dir").getAttributes().getIno();
    private WatchPosition at = rig.metadata.changes().end();

    @BeforeEach
    void nothingWasTold() {
        told();
    }

    @Test
    void newNamesAndTheirDirectories() {
        long file = rig.create(mount, dir, "f").getAttributes().getIno();
        assertTold("name f", "node dir");
        rig.make(mount, dir, "l", NodeType.NODE_TYPE_SYMLINK, "f");
        assertTold("name l", "node dir");
        rig.mkdir(mount, dir, "d");
        assertTold("name d", "node dir");
        rig.link(mount, file, dir, "g");
        assertTold("name g", "node dir", "node " + file);
    }

    @Test
    void sizesAndAttributes() {
        long file = rig.create(mount, dir, "f").getAttributes().getIno();
        assertTold("name f", "node dir");
        rig.commit(mount, file, 10, 99);
        assertTold("content " + file);
        rig.setXattr(mount, file, "user.a", "1", Condition.CONDITION_NONE);
        assertTold("node " + file);
        rig.removeXattr(mount, file, "user.a");
        assertTold("node " + file);
        rig.release(mount, file, Long.MAX_VALUE);
        assertTold(); // that it waits for its upload shows in no attribute
        rig.open(mount, file, true, false);
        assertTold("node " + file); // it will be written without a word
        rig.open(mount, file, true, false);
        assertTold();
        rig.open(mount, file, true, true);
        assertTold("content " + file);
    }

    @Test
    void namesThatGo() {
        long file = rig.file(mount, dir, "f", 10);
        rig.link(mount, file, dir, "g");
        long sub = rig.mkdir(mount, dir, "sub").getAttributes().getIno();
        told();
        rig.remove(mount, dir, "f", false);
        assertTold("name f -" + file, "node dir", "node " + file);
        rig.remove(mount, dir, "g", false);
        assertTold("name g -" + file, "node dir", "node " + file);
        rig.remove(mount, dir, "sub", true);
        assertTold("name sub -" + sub, "node dir", "node " + sub);
    }

    @Test
    void namesThatMove() {
        long a = rig.file(mount, dir, "a", 10);
        long b = rig.file(mount, dir, "b", 10);
        told();
        rig.rename(mount, dir, "a", Rig.ROOT, "c");
        assertTold("name a", "name c", "node dir", "node 1", "node " + a);
        rig.rename(mount, Rig.ROOT, "c", dir, "b");
        assertTold("name b", "name c", "node dir", "node 1", "node " + a, "node " + b);
        long c = rig.file(mount, dir, "c", 10);
        told();
        RenameRequest exchange = rig.renaming(mount, dir, "b", dir, "c").setExchange(true).build();
        rig.metadata.namespace().rename(exchange);
        assertTold("name b", "name c", "node dir", "node " + a, "node " + c);
    }

    @Test
    void refusalsAndRepeatsTellNothing() {
        rig.remove(mount, dir, "none", false);
        rig.mkdir(mount, Rig.ROOT, "dir");
        assertTold();
    }

    @Test
    void whatADeadMountLeavesIsToldToAll() throws Exception {
        long file = rig.create(mount, dir, "f").getAttributes().getIno();
        rig.remove(mount, dir, "f", false);
        told();
        rig.clock.advance(60_000);
        rig.metadata.tend();
        ChangeLog.Page page = rig.metadata.changes().read(Optional.of(at), 100, 0);
        assertEquals(1, page.commits().size());
        assertEquals(0, page.commits().getFirst().mountId());
        assertTold("node " + file);
    }

    private void assertTold(String... expected) {
        assertEquals(new TreeSet<>(Set.of(expected)), told());
    }

    private Set<String> told() {
        try {
            ChangeLog.Page page = rig.metadata.changes().read(Optional.of(at), 100, 0);
            at = page.position();
            rig.clock.advance(1); // the next change shows in the times
            Set<String> lines = new TreeSet<>();
            page.commits()
                    .forEach(commit -> commit.changes().forEach(change -> lines.add(text(change))));
            return lines;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(Change change) {
        if (change.hasName()) {
            long removed = change.getName().getRemovedIno();
            return "name "
                    + change.getName().getName().toStringUtf8()
                    + (removed == 0 ? "" : " -" + removed);
        }
        long ino = change.getNode().getIno();
        String name = ino == dir ? "dir" : Long.toString(ino);
        return (change.getNode().getContent() ? "content " : "node ") + name;
    }
}
