package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SetXattrRequest.Condition;
import io.forebay.schema.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class XattrTest {
    private final Rig rig = new Rig();
    private final long mount = rig.attach("n1");
    private final long ino = rig.file(mount, Rig.ROOT, "f", 1);

    @Test
    void valuesAreSetReplacedListedAndRemoved() {
        assertFalse(rig.attributes(ino).getHasXattrs());
        rig.clock.advance(5);
        NodeReply reply = set("user.b", "1");
        assertTrue(reply.getAttributes().getHasXattrs());
        assertEquals(rig.clock.nanos(), reply.getAttributes().getCtimeNanos());
        set("trusted.a", "");
        set("security.c", "3");
        set("user.b", "2");
        assertEquals(Map.of("security.c", "3", "trusted.a", "", "user.b", "2"), rig.xattrs(ino));
        for (String name : rig.xattrs(ino).keySet()) {
            assertEquals(FailureKind.FAILURE_NONE, rig.removeXattr(mount, ino, name).getFailure());
        }
        assertEquals(Map.of(), rig.xattrs(ino));
        assertFalse(rig.attributes(ino).getHasXattrs());
        assertEquals(FailureKind.FAILURE_NO_XATTR, rig.getXattr(ino, "user.b").getFailure());
        assertEquals(
                FailureKind.FAILURE_NO_XATTR, rig.removeXattr(mount, ino, "user.b").getFailure());
    }

    @Test
    void conditionsHold() {
        assertEquals(
                FailureKind.FAILURE_NO_XATTR, failure("user.a", "1", Condition.CONDITION_REPLACE));
        assertEquals(FailureKind.FAILURE_NONE, failure("user.a", "1", Condition.CONDITION_CREATE));
        assertEquals(
                FailureKind.FAILURE_EXISTS, failure("user.a", "2", Condition.CONDITION_CREATE));
        assertEquals(FailureKind.FAILURE_NONE, failure("user.a", "3", Condition.CONDITION_REPLACE));
        assertEquals(Map.of("user.a", "3"), rig.xattrs(ino));
    }

    @Test
    void namesThatLinuxDoesNotKnowAreRefused() {
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, set("other.a", "1").getFailure());
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, set("user", "1").getFailure());
        assertEquals(FailureKind.FAILURE_INVALID, set("user.", "1").getFailure());
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, rig.getXattr(ino, "other.a").getFailure());
        assertEquals(FailureKind.FAILURE_INVALID, rig.getXattr(ino, "user.").getFailure());
        assertEquals(
                FailureKind.FAILURE_UNSUPPORTED,
                rig.removeXattr(mount, ino, "other.a").getFailure());
        assertEquals(
                FailureKind.FAILURE_NAME_TOO_LONG,
                set("user." + "x".repeat(251), "1").getFailure());
        assertEquals(FailureKind.FAILURE_NONE, set("user." + "x".repeat(250), "1").getFailure());
        assertEquals(
                FailureKind.FAILURE_GONE,
                rig.setXattr(mount, 999, "user.a", "", Condition.CONDITION_NONE).getFailure());
        assertEquals(FailureKind.FAILURE_GONE, rig.getXattr(999, "user.a").getFailure());
    }

    @Test
    void sizesAreBounded() {
        String most = "x".repeat(Limits.XATTR_VALUE_BYTES_MAX);
        assertEquals(FailureKind.FAILURE_NONE, set("user.0", most).getFailure());
        assertEquals(FailureKind.FAILURE_INVALID, set("user.0", most + "x").getFailure());
        FailureKind failure = FailureKind.FAILURE_NONE;
        int count = 1;
        while (failure == FailureKind.FAILURE_NONE && count < 100) {
            failure = set("user." + count++, most).getFailure();
        }
        assertEquals(FailureKind.FAILURE_NO_SPACE, failure);
        assertEquals(16, count);
        assertEquals(FailureKind.FAILURE_NONE, rig.removeXattr(mount, ino, "user.0").getFailure());
        assertEquals(FailureKind.FAILURE_NONE, set("user.15", most).getFailure());
    }

    @Test
    void theListOfNamesIsBounded() {
        FailureKind failure = FailureKind.FAILURE_NONE;
        int count = 0;
        while (failure == FailureKind.FAILURE_NONE && count < 1000) {
            failure = set("user.%0240d".formatted(count++), "").getFailure();
        }
        assertEquals(FailureKind.FAILURE_NO_SPACE, failure);
        int listed = rig.xattrs(ino).keySet().stream().mapToInt(name -> name.length() + 1).sum();
        assertTrue(listed <= Limits.XATTR_LIST_BYTES_MAX && listed > 65_000, () -> "" + listed);
    }

    @Test
    void theyGoWithTheFile() {
        set("user.a", "1");
        rig.remove(mount, Rig.ROOT, "f", false);
        rig.clock.advance(2_000);
        rig.take("w1");
        Tuple.Range left = Keys.xattrs(rig.ws, ino);
        assertTrue(rig.store.read(tx -> tx.getRange(left.begin(), left.end(), 1)).isEmpty());
    }

    private NodeReply set(String name, String value) {
        return rig.setXattr(mount, ino, name, value, Condition.CONDITION_NONE);
    }

    private FailureKind failure(String name, String value, Condition condition) {
        return rig.setXattr(mount, ino, name, value, condition).getFailure();
    }
}
