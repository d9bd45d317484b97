package io.forebay.e2e.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.chaos.site.Bucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the matrix takes for objects and for uploads. */
final class BucketTest {
    private static final String CUT_OFF = "-65517ef5-fe0f-4f10-9c3b-3c2edc44ca7b";
    private static final String UPLOAD = ".mpus-6967e498-d96e-41e3-912b-f1a1be121fe6-";

    @TempDir private Path directory;

    @Test
    void whatAKilledStoreWasWritingIsNoObject() throws IOException {
        write("a/file");
        write("a/file" + CUT_OFF);
        write(".s3proxy/file");
        assertEquals(Map.of("a/file", 1L), new Bucket(directory).sizes());
    }

    @Test
    void anUploadIsUnfinishedAsLongAsItHasAPartOrNothing() throws IOException {
        write(UPLOAD + "first/file-1");
        write(UPLOAD + "first/file-2" + CUT_OFF);
        write(UPLOAD + "over/file-1" + CUT_OFF);
        assertEquals(List.of(UPLOAD + "first"), new Bucket(directory).unfinishedUploads());
        Files.createDirectory(directory.resolve(UPLOAD + "begun"));
        assertEquals(2, new Bucket(directory).unfinishedUploads().size());
    }

    private void write(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
    }
}
