package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.json.JsonObject;
import org.junit.jupiter.api.Test;

/** An import as the command line asks for it. */
@QuarkusTest
@WithTestResource(ServerResource.class)
final class ImportTest extends ServedCase {
    private static final long LIMIT_MILLIS = 10_000;

    @Test
    void anImportIsStartedAndWatched() throws Exception {
        graphQl.data(
                """
                mutation { createWorkspace(input: {name: "imported", bucket: "bucket-import"}) {
                  id } }
                """);
        assertTrue(graphQl.data(lastImport()).isNull("lastImport"));
        JsonObject started =
                graphQl.data(
                                """
                                mutation { importWorkspace(name: "imported", uid: 7) {
                                  state started } }
                                """)
                        .getJsonObject("importWorkspace");
        assertTrue(started.getString("started").endsWith("Z"));
        JsonObject last = last();
        long end = System.currentTimeMillis() + LIMIT_MILLIS;
        while (last.getString("state").equals("RUNNING") && System.currentTimeMillis() < end) {
            Thread.sleep(50);
            last = last();
        }
        assertEquals("DONE", last.getString("state"));
        assertEquals(1, last.getInt("files"));
        assertEquals(1, last.getInt("directories"));
        assertEquals(0, last.getInt("skipped"));
        assertEquals("", last.getString("message"));
        JsonObject file =
                graphQl.data(
                                """
                                { file(workspace: "imported", path: "found/object") {
                                  flushState uid gid staged objectEtag } }
                                """)
                        .getJsonObject("file");
        assertEquals("CLEAN", file.getString("flushState"));
        assertEquals(7, file.getInt("uid"));
        assertEquals(0, file.getInt("gid"));
        assertEquals("e1", file.getString("objectEtag"));
        assertTrue(!file.getBoolean("staged"));
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        graphQl.error("NOT_FOUND", "mutation { importWorkspace(name: \"no\") { state } }");
        graphQl.error("NOT_FOUND", "{ lastImport(workspace: \"no\") { state } }");
        graphQl.error("INVALID", "mutation { importWorkspace(name: \"no\", uid: -1) { state } }");
    }

    private JsonObject last() throws Exception {
        return graphQl.data(lastImport()).getJsonObject("lastImport");
    }

    private static String lastImport() {
        return """
        { lastImport(workspace: "imported") { state files directories present skipped
          skippedObjects { key reason } started ended message } }
        """;
    }
}
