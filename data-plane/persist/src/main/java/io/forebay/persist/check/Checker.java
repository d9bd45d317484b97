package io.forebay.persist.check;

import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.StoredObject;
import io.forebay.persist.calls.AtOnce;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ListObjects;
import io.forebay.proto.ListStaged;
import io.forebay.proto.ObjectState;
import io.forebay.proto.StagedState;
import io.forebay.schema.ForebayException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/** Answers questions about what is staged here and what the bucket holds. Changes nothing. */
public final class Checker {
    /** Requests at a time: the store's answers take long, and say little. */
    private static final int REQUESTS = 32;

    private final ObjectStore store;
    private final StagedLook staged;
    private final ExecutorService threads;

    public Checker(ObjectStore store, StagedLook staged, ExecutorService threads) {
        this.store = store;
        this.staged = staged;
        this.threads = threads;
    }

    /** The answer, or why there is none. */
    public CheckedPage answer(long workspaceId, BucketLocation location, CheckTask question) {
        CheckedPage.Builder page = CheckedPage.newBuilder().setQuestion(question.getQuestion());
        try {
            switch (question.getWhatCase()) {
                case LIST_STAGED -> list(workspaceId, question.getListStaged(), page);
                case LOOK_STAGED ->
                        question.getLookStaged()
                                .getInosList()
                                .forEach(ino -> page.addStaged(look(workspaceId, ino)));
                case LIST_OBJECTS -> list(location, question.getListObjects(), page);
                case LOOK_OBJECTS ->
                        page.addAllObjects(look(location, question.getLookObjects().getKeysList()));
                case WHAT_NOT_SET ->
                        page.setFailure(FailureKind.FAILURE_UNSUPPORTED)
                                .setMessage(
                                        "The worker is older than the control plane: renew it.");
            }
            return page.build();
        } catch (ForebayException e) {
            return CheckedPage.newBuilder()
                    .setQuestion(question.getQuestion())
                    .setFailure(e.kind())
                    .setMessage(e.getMessage())
                    .build();
        }
    }

    private void list(long workspaceId, ListStaged question, CheckedPage.Builder page) {
        StagedLook.StagedPage found =
                staged.list(workspaceId, question.getAfter(), question.getLimit());
        found.inos()
                .forEach(
                        ino -> page.addStaged(StagedState.newBuilder().setIno(ino).setThere(true)));
        page.setLast(found.next());
    }

    private StagedState look(long workspaceId, long ino) {
        OptionalLong size = staged.size(workspaceId, ino);
        return StagedState.newBuilder()
                .setIno(ino)
                .setThere(size.isPresent())
                .setSize(size.orElse(0))
                .build();
    }

    private void list(BucketLocation location, ListObjects question, CheckedPage.Builder page) {
        ObjectStore.Listed listed = store.list(location, question.getAfter(), question.getLimit());
        for (ObjectStore.Entry entry : listed.entries()) {
            page.addObjects(
                    ObjectState.newBuilder()
                            .setKey(entry.key())
                            .setThere(true)
                            .setEtag(entry.etag())
                            .setSize(entry.size()));
        }
        page.setLast(listed.end() ? "" : listed.entries().getLast().key());
    }

    private List<ObjectState> look(BucketLocation location, List<String> keys) {
        List<ObjectState> found = new ArrayList<>();
        for (int i = 0; i < keys.size(); i += REQUESTS) {
            List<Callable<ObjectState>> calls = new ArrayList<>();
            keys.subList(i, Math.min(i + REQUESTS, keys.size()))
                    .forEach(key -> calls.add(() -> look(location, key)));
            found.addAll(AtOnce.all(threads, calls));
        }
        return found;
    }

    private ObjectState look(BucketLocation location, String key) {
        ObjectState.Builder state = ObjectState.newBuilder().setKey(key);
        try {
            store.head(ObjectRef.of(location, key)).ifPresent(there -> describe(state, there));
        } catch (ForebayException e) {
            switch (e.kind()) {
                case FAILURE_UNAVAILABLE, FAILURE_BUSY -> throw e;
                default -> state.setProblem(e.getMessage()); // of this object alone
            }
        }
        return state.build();
    }

    private static void describe(ObjectState.Builder state, StoredObject there) {
        state.setThere(true)
                .setEtag(there.etag())
                .setSize(there.size())
                .setChecksum(there.checksum().orElse(""))
                .setIno(ObjectMetadata.inode(there.metadata()));
    }
}
