package io.forebay.persist.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.persist.Condition;
import io.forebay.persist.Crc32c;
import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.Slice;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FoundObject;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.proto.NodeType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BucketReaderTest {
    private static final BucketLocation LOCATION =
            BucketLocation.newBuilder().setBucket("b").setPrefix("p/").build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final FaultyObjectStore faulty = new FaultyObjectStore(store, 3);
    private final BucketReader reader = new BucketReader(faulty, threads);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void pagesFollowEachOther() {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String key = "d%02d/f".formatted(i);
            store.overwrite(ObjectRef.of(LOCATION, key), new byte[i]);
            written.add(key);
        }
        store.overwrite(new ObjectRef("b", "q/other"), new byte[1]);
        store.overwrite(new ObjectRef("c", "p/other"), new byte[1]);
        List<String> found = new ArrayList<>();
        ImportedPage page = ImportedPage.getDefaultInstance();
        do {
            page = read(page.getLast(), 35);
            assertTrue(page.getObjectsCount() <= 35);
            for (FoundObject object : page.getObjectsList()) {
                assertEquals(found.size(), object.getSize());
                found.add(object.getKey());
            }
        } while (!page.getEnd());
        assertEquals(written, found);
    }

    @Test
    void anEmptyPlaceIsRead() {
        ImportedPage page = read("", 10);
        assertTrue(page.getEnd());
        assertEquals(0, page.getObjectsCount());
        assertEquals(FailureKind.FAILURE_NONE, page.getFailure());
    }

    @Test
    void aLinksTargetIsRead() throws IOException {
        byte[] target = {'.', '.', '/', (byte) 0xFF};
        put("link", target);
        put("large", new byte[4096]);
        List<FoundObject> found = read("", 10).getObjectsList();
        assertEquals(ByteString.EMPTY, found.get(0).getContent(), "it cannot be a target");
        assertEquals(ByteString.copyFrom(target), found.get(1).getContent());
    }

    private void put(String key, byte[] content) throws IOException {
        try (FileChannel scratch = Scratch.of(content)) {
            store.put(
                    ObjectRef.of(LOCATION, key),
                    new Slice(scratch, 0, content.length, Crc32c.of(content)),
                    new ObjectMetadata(0777, 0, 0, 0, 1, 1).toMap(NodeType.NODE_TYPE_SYMLINK, 0),
                    new Condition.Absent());
        }
    }

    /** Half a page would look like objects that are not there. */
    @Test
    void aPageIsWholeOrFails() {
        for (int i = 0; i < 50; i++) {
            store.overwrite(ObjectRef.of(LOCATION, "f" + i), new byte[1]);
        }
        faulty.fail(0.05, 0);
        int failed = 0;
        for (int i = 0; i < 50; i++) {
            ImportedPage page = read("", 1000);
            if (page.getFailure() == FailureKind.FAILURE_NONE) {
                assertEquals(50, page.getObjectsCount());
            } else {
                assertEquals(FailureKind.FAILURE_UNAVAILABLE, page.getFailure());
                assertEquals(0, page.getObjectsCount());
                assertFalse(page.getEnd());
                failed++;
            }
        }
        assertTrue(failed > 10, "failed " + failed);
    }

    private ImportedPage read(String after, int limit) {
        return reader.read(
                LOCATION, ImportTask.newBuilder().setAfter(after).setLimit(limit).build());
    }
}
