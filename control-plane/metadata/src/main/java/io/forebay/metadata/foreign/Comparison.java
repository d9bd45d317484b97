package io.forebay.metadata.foreign;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.KeyStates;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.ConflictRecord;
import io.forebay.proto.DoubtfulObject;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ListedObject;
import io.forebay.proto.NodeType;
import io.forebay.proto.SeenObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of a bucket's listing beside what is known of the same keys, in the order of the keys. A
 * listing is older than what it is compared with: what differs is in doubt, and looked at again.
 * What is in doubt because something of ours is under way is left to that.
 */
final class Comparison {
    /** Records of one transaction. */
    private static final int PAGE = 1_000;

    /** In doubt at once: each costs a request of the store. */
    private static final int DOUBTFUL_MAX = 1_000;

    private final Database database;
    private final CompareObjectsRequest request;
    private final CompareObjectsReply.Builder reply = CompareObjectsReply.newBuilder();

    Comparison(Database database, CompareObjectsRequest request) {
        this.database = database;
        this.request = request;
    }

    CompareObjectsReply run() {
        try {
            database.read(tx -> {
                Registry.checkEpoch(tx, request.getWorker());
                return true;
            });
            if (request.getDoubtedCount() > 0) {
                database.read(this::doubted);
            } else {
                page();
            }
            return reply.build();
        } catch (Refusal refusal) {
            return CompareObjectsReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    private boolean doubted(ReadTransaction tx) {
        long ws = request.getWorkspaceId();
        for (String key : request.getDoubtedList()) {
            KeyRecord known = Records.find(tx, Keys.object(ws, key), KeyRecord.parser());
            if (known != null && isQuiet(known)) {
                doubt(key, known);
            }
        }
        return true;
    }

    private void page() {
        Map<String, String> listed = new HashMap<>();
        for (ListedObject object : request.getObjectsList()) {
            listed.put(object.getKey(), object.getEtag());
        }
        long ws = request.getWorkspaceId();
        Tuple.Range all = Keys.objects(ws);
        byte[] begin =
                request.getAfter().isEmpty()
                        ? all.begin()
                        : Tuple.after(Keys.object(ws, request.getAfter()));
        byte[] end =
                request.getLast().isEmpty()
                        ? all.end()
                        : Tuple.after(Keys.object(ws, request.getLast()));
        List<KeyValue> page;
        do {
            byte[] from = begin;
            page = database.read(tx -> known(tx, from, end, listed));
            if (!page.isEmpty()) {
                begin = Tuple.after(page.getLast().key());
            }
            if (reply.getObjectsCount() >= DOUBTFUL_MAX) {
                reply.setThrough(Tuple.unpack(page.getLast().key()).text(2));
                return;
            }
        } while (page.size() == PAGE);
        database.read(tx -> unknown(tx, listed));
    }

    /** A page of what is known; it is taken out of what was listed. */
    private List<KeyValue> known(
            ReadTransaction tx, byte[] begin, byte[] end, Map<String, String> listed) {
        List<KeyValue> page = tx.getRange(begin, end, PAGE);
        for (KeyValue pair : page) {
            String key = Tuple.unpack(pair.key()).text(2);
            KeyRecord known = Records.parse(pair.value(), KeyRecord.parser());
            compare(tx, key, known, listed.remove(key));
        }
        return page;
    }

    /** What was listed and not found in the range: the store may order keys in another way. */
    private boolean unknown(ReadTransaction tx, Map<String, String> listed) {
        for (Map.Entry<String, String> object : listed.entrySet()) {
            byte[] at = Keys.object(request.getWorkspaceId(), object.getKey());
            KeyRecord known = Records.find(tx, at, KeyRecord.parser());
            boolean again = isBefore(object.getKey(), request.getAfter());
            if (!again) {
                compare(
                        tx,
                        object.getKey(),
                        known == null ? KeyRecord.getDefaultInstance() : known,
                        object.getValue());
            }
        }
        return true;
    }

    /** By bytes, as keys are stored. */
    private static boolean isBefore(String key, String after) {
        return !after.isEmpty()
                && Arrays.compareUnsigned(
                                key.getBytes(StandardCharsets.UTF_8),
                                after.getBytes(StandardCharsets.UTF_8))
                        <= 0;
    }

    private void compare(ReadTransaction tx, String key, KeyRecord known, @Nullable String etag) {
        boolean same = known.getEtag().equals(etag == null ? "" : etag);
        if (same || !isQuiet(known) || ObjectKeys.isDetour(key)) {
            return;
        }
        InodeRecord file = file(tx, key);
        if ((file != null && concerns(key, known, file, etag)) || isSource(tx, key, known)) {
            doubt(key, known);
        }
    }

    private @Nullable InodeRecord file(ReadTransaction tx, String key) {
        long ws = request.getWorkspaceId();
        Long ino = Names.resolve(tx, ws, ObjectKeys.path(key));
        return ino == null ? null : Inode.read(tx, ws, ino);
    }

    /** Of a dirty file its own upload finds out. */
    private static boolean concerns(
            String key, KeyRecord known, InodeRecord file, @Nullable String etag) {
        FlushState state = file.getAttributes().getFlushState();
        if (file.getAttributes().getType() != NodeType.NODE_TYPE_FILE) {
            return false;
        }
        if (state == FlushState.FLUSH_STATE_CONFLICT) {
            ConflictRecord conflict = file.getFlush().getConflict();
            SeenObject seen = conflict.getSeen();
            String before = seen.getThere() ? seen.getEtag() : "";
            return conflict.getKey().equals(key) && !before.equals(etag == null ? "" : etag);
        }
        return state == FlushState.FLUSH_STATE_CLEAN
                && file.getObject().getKey().equals(key)
                && file.getObject().getEtag().equals(known.getEtag());
    }

    /** A file that has left the key is still to be copied from there. */
    private boolean isSource(ReadTransaction tx, String key, KeyRecord known) {
        InodeRecord user = Inode.read(tx, request.getWorkspaceId(), known.getIno());
        return user != null
                && ForeignChanges.waits(user.getAttributes().getFlushState())
                && user.getObject().getKey().equals(key)
                && user.getObject().getEtag().equals(known.getEtag());
    }

    private static boolean isQuiet(KeyRecord known) {
        return KeyStates.marked(known.toBuilder(), KeyRecord.Intent.INTENT_UNSPECIFIED)
                && known.getUnknownPutsCount() == 0;
    }

    private void doubt(String key, KeyRecord known) {
        ByteString bytes =
                known.equals(KeyRecord.getDefaultInstance())
                        ? ByteString.EMPTY
                        : known.toByteString();
        reply.addObjects(DoubtfulObject.newBuilder().setKey(key).setKnown(bytes));
    }
}
