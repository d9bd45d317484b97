package io.forebay.metadata.fsck.outside;

import io.forebay.metadata.fsck.outside.Asking.Subject;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.questions.UnansweredException;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ListObjects;
import io.forebay.proto.LookObjects;
import io.forebay.proto.ObjectState;
import io.forebay.proto.WorkerRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bucket's listing beside the keys of the metadata, a page at a time. What differs is asked for
 * itself, and counts if what is known of its key is the same before and after. What is under way
 * under a key is left to that.
 */
public final class BucketObjects {
    private static final String PART = "the bucket";
    private static final int LIST_PAGE = 1_000;
    private static final int LOOK_PAGE = 100;
    private static final int KEYS_PAGE = 500;
    private static final int TRIES = 5;

    private final Asking asking;
    private String worker = "";

    public BucketObjects(Asking asking) {
        this.asking = asking;
    }

    public void run() throws InterruptedException {
        Optional<WorkerRecord> lister =
                asking.workers().stream().filter(asking::isHealthy).findFirst();
        if (lister.isEmpty()) {
            asking.report.unchecked(PART, "no worker is there to list it");
            return;
        }
        worker = lister.get().getId();
        try {
            String after = "";
            do {
                ListObjects list =
                        ListObjects.newBuilder().setAfter(after).setLimit(LIST_PAGE).build();
                CheckedPage page = asking.ask(worker, CheckTask.newBuilder().setListObjects(list));
                asking.report.looked("objects", page.getObjectsCount());
                compare(after, page);
                after = page.getLast();
            } while (!after.isEmpty());
        } catch (UnansweredException e) {
            asking.report.unchecked(PART, "" + e.getMessage());
        }
    }

    private void compare(String after, CheckedPage page)
            throws UnansweredException, InterruptedException {
        Map<String, ObjectState> listed = new HashMap<>();
        page.getObjectsList().forEach(object -> listed.put(object.getKey(), object));
        List<String> suspects = new ArrayList<>();
        Tuple.Range all = Keys.objects(asking.ws);
        byte[] begin = after.isEmpty() ? all.begin() : behind(after);
        byte[] end = page.getLast().isEmpty() ? all.end() : behind(page.getLast());
        List<KeyValue> known;
        do {
            byte[] from = begin;
            known = asking.database.read(tx -> tx.getRange(from, end, KEYS_PAGE));
            for (KeyValue pair : known) {
                String key = Tuple.unpack(pair.key()).text(2);
                KeyRecord record = KeyObject.parse(pair.value());
                ObjectState object = listed.remove(key);
                boolean asIs = object != null && !asking.report.options().deep();
                if (!KeyObject.isSame(record, object) || (object != null && !asIs)) {
                    suspects.add(key);
                }
            }
            begin = known.isEmpty() ? begin : Tuple.after(known.getLast().key());
        } while (known.size() == KEYS_PAGE);
        suspects.addAll(listed.keySet()); // unknown, or the store has another order
        for (int i = 0; i < suspects.size(); i += LOOK_PAGE) {
            confirm(suspects.subList(i, Math.min(i + LOOK_PAGE, suspects.size())));
        }
    }

    private byte[] behind(String key) {
        return Tuple.after(Keys.object(asking.ws, key));
    }

    private void confirm(List<String> keys) throws UnansweredException, InterruptedException {
        List<String> left = keys;
        for (int i = 0; i < TRIES && !left.isEmpty(); i++) {
            if (i > 0) {
                asking.rest();
            }
            Map<String, KeyObject> before = new HashMap<>();
            for (String key : left) {
                before.put(key, asking.database.read(tx -> KeyObject.read(tx, asking.ws, key)));
            }
            LookObjects look = LookObjects.newBuilder().addAllKeys(left).build();
            List<String> changed = new ArrayList<>();
            for (ObjectState object :
                    asking.ask(worker, CheckTask.newBuilder().setLookObjects(look))
                            .getObjectsList()) {
                String key = object.getKey();
                KeyObject known = before.get(key);
                if (known == null) {
                    continue;
                }
                if (known.equals(asking.database.read(tx -> KeyObject.read(tx, asking.ws, key)))) {
                    tell(known, object);
                } else {
                    changed.add(key);
                }
            }
            left = changed;
        }
        left.forEach(key ->
                asking.report.unchecked("the object \"" + key + "\"", "it changed all the time"));
    }

    private void tell(KeyObject known, ObjectState object)
            throws UnansweredException, InterruptedException {
        if (!object.getProblem().isEmpty()) {
            asking.report.unchecked("the object \"" + object.getKey() + "\"", object.getProblem());
            return;
        }
        KeyObject.Verdict verdict = known.judge(object).orElse(null);
        if (verdict == null) {
            return;
        }
        boolean orphaned = verdict.code() == FindingCode.OBJECT_ORPHANED;
        if (!orphaned || isLeft(object)) {
            long file = orphaned || verdict.code() == FindingCode.OBJECT_FOREIGN ? 0 : known.ino();
            Subject subject = new Subject(file, "key \"" + object.getKey() + "\"");
            asking.found(verdict.code(), subject, verdict.detail(), null);
        }
    }

    /**
     * What is known of a key may be nothing before a file comes to it, and nothing once it has
     * left. That an object of ours is there in between says nothing, unless its file was gone, or
     * did not change, all the time.
     */
    private boolean isLeft(ObjectState seen) throws UnansweredException, InterruptedException {
        String key = seen.getKey();
        LookObjects look = LookObjects.newBuilder().addKeys(key).build();
        for (int i = 0; i < TRIES; i++) {
            Left before = left(key, seen.getIno());
            List<ObjectState> now =
                    asking.ask(worker, CheckTask.newBuilder().setLookObjects(look))
                            .getObjectsList();
            if (now.stream().noneMatch(seen::equals)) {
                return false;
            }
            if (before.equals(left(key, seen.getIno()))) {
                return before.key().judge(seen).isPresent();
            }
            asking.rest();
        }
        asking.report.unchecked("the object \"" + key + "\"", "it changed all the time");
        return false;
    }

    /** What is known of a key and of the file that its object says it is of. */
    private record Left(KeyObject key, Optional<InodeRecord> file) {}

    private Left left(String key, long ino) {
        return asking.database.read(tx ->
                new Left(
                        KeyObject.read(tx, asking.ws, key),
                        Optional.ofNullable(Inode.read(tx, asking.ws, ino))));
    }
}
