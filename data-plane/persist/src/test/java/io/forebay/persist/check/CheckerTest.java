package io.forebay.persist.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.Condition;
import io.forebay.persist.Crc32c;
import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.Slice;
import io.forebay.persist.bucket.Scratch;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ListObjects;
import io.forebay.proto.ListStaged;
import io.forebay.proto.LookObjects;
import io.forebay.proto.LookStaged;
import io.forebay.proto.ObjectState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CheckerTest {
    private static final BucketLocation LOCATION =
            BucketLocation.newBuilder().setBucket("b").setPrefix("p/").build();

    /** Files 1 to 3, each as long as its number. */
    private static final StagedLook STAGED =
            new StagedLook() {
                @Override
                public StagedPage list(long workspaceId, String after, int limit) {
                    return after.isEmpty()
                            ? new StagedPage(List.of(1L, 2L), "2")
                            : new StagedPage(List.of(3L), "");
                }

                @Override
                public OptionalLong size(long workspaceId, long ino) {
                    return ino < 4 ? OptionalLong.of(ino) : OptionalLong.empty();
                }
            };

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final InMemoryObjectStore store = new InMemoryObjectStore();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private CheckedPage ask(CheckTask.Builder question) {
        return new Checker(store, STAGED, threads)
                .answer(7, LOCATION, question.setQuestion(5).build());
    }

    @Test
    void objectsAreListedPageByPage() {
        for (int i = 0; i < 25; i++) {
            store.overwrite(ObjectRef.of(LOCATION, "k%02d".formatted(i)), new byte[i]);
        }
        store.overwrite(new ObjectRef("b", "q/other"), new byte[1]);
        List<ObjectState> found = new ArrayList<>();
        String after = "";
        do {
            ListObjects list = ListObjects.newBuilder().setAfter(after).setLimit(10).build();
            CheckedPage page = ask(CheckTask.newBuilder().setListObjects(list));
            assertEquals(5, page.getQuestion());
            found.addAll(page.getObjectsList());
            after = page.getLast();
        } while (!after.isEmpty());
        assertEquals(25, found.size());
        for (int i = 0; i < 25; i++) {
            assertEquals("k%02d".formatted(i), found.get(i).getKey());
            assertEquals(i, found.get(i).getSize());
            assertFalse(found.get(i).getEtag().isEmpty());
        }
    }

    @Test
    void anObjectSaysWhoseItIs() throws IOException {
        byte[] bytes = {1, 2, 3};
        ObjectMetadata metadata = new ObjectMetadata(0644, 1, 2, 3, 77, 5);
        try (FileChannel scratch = Scratch.of(bytes)) {
            store.put(
                    ObjectRef.of(LOCATION, "ours"),
                    new Slice(scratch, 0, bytes.length, Crc32c.of(bytes)),
                    metadata.toMap(),
                    new Condition.Absent());
        }
        store.overwrite(ObjectRef.of(LOCATION, "theirs"), bytes);
        LookObjects look =
                LookObjects.newBuilder().addKeys("ours").addKeys("theirs").addKeys("none").build();
        List<ObjectState> found = ask(CheckTask.newBuilder().setLookObjects(look)).getObjectsList();
        assertEquals(77, found.get(0).getIno());
        assertEquals("CRC32C:" + Crc32c.header(Crc32c.of(bytes)), found.get(0).getChecksum());
        assertEquals(0, found.get(1).getIno());
        assertTrue(found.get(1).getThere());
        assertFalse(found.get(2).getThere());
        assertEquals("none", found.get(2).getKey());
    }

    @Test
    void stagedFilesAreListedAndLookedAt() {
        ListStaged list = ListStaged.newBuilder().setLimit(2).build();
        CheckedPage page = ask(CheckTask.newBuilder().setListStaged(list));
        assertEquals(2, page.getStagedCount());
        assertEquals("2", page.getLast());
        LookStaged look = LookStaged.newBuilder().addInos(3).addInos(4).build();
        page = ask(CheckTask.newBuilder().setLookStaged(look));
        assertEquals(3, page.getStaged(0).getSize());
        assertTrue(page.getStaged(0).getThere());
        assertFalse(page.getStaged(1).getThere());
    }

    /** An answer that is not known is none. */
    @Test
    void aStoreThatDoesNotAnswerIsSaid() {
        store.overwrite(ObjectRef.of(LOCATION, "k"), new byte[1]);
        FaultyObjectStore faulty = new FaultyObjectStore(store, 3);
        faulty.fail(1.0, 0.0);
        Checker checker = new Checker(faulty, STAGED, threads);
        CheckTask.Builder list =
                CheckTask.newBuilder().setListObjects(ListObjects.newBuilder().setLimit(9));
        CheckTask.Builder look =
                CheckTask.newBuilder().setLookObjects(LookObjects.newBuilder().addKeys("k"));
        for (CheckTask.Builder question : List.of(list, look)) {
            CheckedPage page = checker.answer(7, LOCATION, question.build());
            assertEquals(FailureKind.FAILURE_UNAVAILABLE, page.getFailure());
            assertFalse(page.getMessage().isEmpty());
            assertEquals(0, page.getObjectsCount());
        }
    }

    @Test
    void aQuestionThatIsNotKnownIsNotAnswered() {
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, ask(CheckTask.newBuilder()).getFailure());
    }
}
