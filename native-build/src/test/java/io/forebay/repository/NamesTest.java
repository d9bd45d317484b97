package io.forebay.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page of metrics, events and spans promises is said somewhere. */
final class NamesTest {
    private static final Path NAMES =
            Repository.ROOT.resolve("observability/src/main/java/io/forebay/observability");
    private static final Pattern CONSTANT = Pattern.compile("(?m)^ {4}([A-Z][A-Z_]+)\\(");

    @Test
    void everyNameIsUsed() throws IOException {
        StringBuilder code = new StringBuilder();
        for (Path source : Repository.sources()) {
            String name = Repository.name(source);
            if (name.contains("/src/main/") && !name.startsWith("observability/")) {
                code.append(Files.readString(source));
            }
        }
        TreeSet<String> unused = new TreeSet<>();
        for (String type : new String[] {"EventName", "MetricName", "SpanName", "SpanAttribute"}) {
            Matcher constant = CONSTANT.matcher(Files.readString(NAMES.resolve(type + ".java")));
            int found = 0;
            while (constant.find()) {
                found++;
                String use = type + "." + constant.group(1);
                if (!Pattern.compile(Pattern.quote(use) + "\\b").matcher(code).find()) {
                    unused.add(use);
                }
            }
            assertTrue(found > 2, type + " has constants");
        }
        assertEquals(new TreeSet<>(), unused, "documented, and never said");
    }
}
