package io.forebay.metadata.fsck;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.SimWorker;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.ObjectState;
import io.forebay.proto.StagedState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a worker says of what it has, and of its bucket. */
public final class Answers {
    /** Small, so that there are many. */
    private static final int PAGE = 5;

    private Answers() {}

    public static CheckedPage of(
            CheckTask question, Map<Long, SimWorker.Staged> staged, Bucket bucket) {
        CheckedPage.Builder page = CheckedPage.newBuilder().setQuestion(question.getQuestion());
        switch (question.getWhatCase()) {
            case LIST_STAGED -> list(question.getListStaged().getAfter(), staged, page);
            case LOOK_STAGED ->
                    question.getLookStaged()
                            .getInosList()
                            .forEach(ino -> page.addStaged(look(ino, staged)));
            case LIST_OBJECTS -> list(question.getListObjects().getAfter(), bucket, page);
            case LOOK_OBJECTS ->
                    question.getLookObjects()
                            .getKeysList()
                            .forEach(key -> page.addObjects(look(key, bucket)));
            case WHAT_NOT_SET -> throw new AssertionError("a question about nothing");
        }
        return page.build();
    }

    private static void list(
            String after, Map<Long, SimWorker.Staged> staged, CheckedPage.Builder page) {
        TreeMap<Long, SimWorker.Staged> all = new TreeMap<>(staged);
        SortedMap<Long, SimWorker.Staged> behind =
                after.isEmpty() ? all : all.tailMap(Long.parseLong(after), false);
        List<Long> inos = behind.keySet().stream().limit(PAGE).toList();
        inos.forEach(ino -> page.addStaged(StagedState.newBuilder().setIno(ino).setThere(true)));
        page.setLast(inos.size() < behind.size() ? "" + inos.getLast() : "");
    }

    private static StagedState look(long ino, Map<Long, SimWorker.Staged> staged) {
        SimWorker.Staged file = staged.get(ino);
        return StagedState.newBuilder()
                .setIno(ino)
                .setThere(file != null)
                .setSize(file == null ? 0 : file.content().length())
                .build();
    }

    private static void list(String after, Bucket bucket, CheckedPage.Builder page) {
        SortedMap<String, Bucket.Stored> behind = bucket.objects.tailMap(after, after.isEmpty());
        List<String> keys = behind.keySet().stream().limit(PAGE).toList();
        keys.forEach(key -> page.addObjects(look(key, bucket)));
        page.setLast(keys.size() < behind.size() ? keys.getLast() : "");
    }

    private static ObjectState look(String key, Bucket bucket) {
        Bucket.Stored object = bucket.objects.get(key);
        ObjectState.Builder state = ObjectState.newBuilder().setKey(key);
        if (object != null) {
            state.setThere(true)
                    .setEtag(object.etag())
                    .setSize(object.content().length())
                    .setChecksum(bucket.checksums.getOrDefault(key, ""))
                    .setIno(object.ino());
        }
        return state.build();
    }
}
