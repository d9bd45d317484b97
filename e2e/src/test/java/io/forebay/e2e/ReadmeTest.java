package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README prints works as it is printed: from top to bottom, for a new user. */
final class ReadmeTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** What this test cannot run, as it is a part of it. */
    private static final String THE_TESTS = "./forebay test";

    private final Path repository = Deployment.home().toAbsolutePath().normalize();
    private final Path readme = repository.resolve("README.md");
    @TempDir private Path home;

    @Test
    void everyExampleIsRunByThisTest() throws IOException {
        for (Fence fence : Fence.of(readme)) {
            assertTrue(fence.runs() || fence.text().startsWith(THE_TESTS), fence::toString);
        }
    }

    @Test
    void theReadmeWorksAsPrinted() throws Exception {
        Needs.fuse();
        Needs.root(); // a user gets no passthrough, but else the same: what is printed is for both
        List<Fence> all = Fence.of(readme).stream().filter(Fence::runs).toList();
        assertTrue(all.getFirst().text().startsWith("./forebay up"), "the first thing to try");
        Deployment deployment = Deployment.ofUser(repository, home);
        try (deployment) {
            for (Fence fence : all) {
                if (!needsTorch(fence) || (Needs.hasTorch() && Needs.onPath("rclone"))) {
                    run(deployment, fence);
                }
            }
            assertEquals("hello\n", Files.readString(deployment.mountPoint().resolve("hello")));
            assertEquals(0, deployment.down().status());
        }
        assertFalse(EndToEndTest.mounted(deployment.mountPoint()));
        if (all.stream().anyMatch(ReadmeTest::needsTorch)) {
            Needs.pythonWithTorch(); // all but this was run: the skip says so
            Needs.rclone();
        }
    }

    private static boolean needsTorch(Fence fence) {
        return fence.language().equals("python") || fence.text().contains("pytorch");
    }

    private void run(Deployment deployment, Fence fence) {
        switch (fence.language()) {
            case "bash" -> run(deployment, fence, List.of("bash", "-euo", "pipefail", "-c"));
            case "python" -> run(deployment, fence, List.of("/usr/bin/python3", "-c"));
            case "graphql" -> {
                JsonNode answer = deployment.graphql(fence.text(), Map.of());
                answer.forEach(each -> assertFalse(each.isNull(), fence + " → " + answer));
            }
            default -> throw new IllegalStateException("nothing runs this: " + fence);
        }
    }

    private void run(Deployment deployment, Fence fence, List<String> interpreter) {
        List<String> shell =
                List.of("bash", "-c", "cd \"$0\" && exec \"$@\"", repository.toString());
        Command.Outcome outcome =
                new Command(
                                Stream.of(shell, interpreter, List.of(fence.text()))
                                        .flatMap(List::stream)
                                        .toList(),
                                deployment.environment(),
                                LIMIT)
                        .run();
        assertEquals(
                0,
                outcome.status(),
                () ->
                        "README.md:%d\n%s\n%s%s"
                                .formatted(
                                        fence.line(),
                                        fence.text(),
                                        outcome.all(),
                                        deployment.logs()));
    }
}
