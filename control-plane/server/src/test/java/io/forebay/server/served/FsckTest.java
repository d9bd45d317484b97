package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.json.JsonObject;
import org.junit.jupiter.api.Test;

/** A check as the command line asks for it. */
@QuarkusTest
@WithTestResource(ServerResource.class)
final class FsckTest extends ServedCase {
    private static final long LIMIT_MILLIS = 20_000;

    @Test
    void aCheckIsStartedAndWatched() throws Exception {
        graphQl.data(
                """
                mutation { createWorkspace(input: {name: "checked", bucket: "bucket-check"}) {
                  id } }
                """);
        assertTrue(graphQl.data(lastFsck()).isNull("lastFsck"));
        JsonObject started =
                graphQl.data("mutation { fsck(workspace: \"checked\") { state repair } }")
                        .getJsonObject("fsck");
        assertFalse(started.getBoolean("repair"));
        JsonObject last = last();
        long end = System.currentTimeMillis() + LIMIT_MILLIS;
        while (last.getString("state").equals("RUNNING") && System.currentTimeMillis() < end) {
            Thread.sleep(50);
            last = last();
        }
        assertEquals("DONE", last.getString("state"), last::toString);
        assertTrue(last.getBoolean("clean"), last::toString);
        JsonObject note = last.getJsonArray("findings").getJsonObject(0);
        assertEquals("OBJECT_FOREIGN", note.getString("code"));
        assertEquals("NOTE", note.getString("severity"));
        assertEquals("key \"found/object\"", note.getString("subject"));
        JsonObject count = last.getJsonArray("counts").getJsonObject(0);
        assertTrue(count.getString("advice").contains("workspace import"));
        assertEquals(1, count.getInt("left"));
    }

    private JsonObject last() throws Exception {
        return graphQl.data(lastFsck()).getJsonObject("lastFsck");
    }

    private static String lastFsck() {
        return """
        { lastFsck(workspace: "checked") { state clean
          findings { code severity path subject detail repaired }
          counts { code severity advice left repaired }
          looked { what count } unchecked { part reason } message } }
        """;
    }
}
