package io.forebay.metadata.fsck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.fsck.report.FindingCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of the codes has all of them, and no others. */
final class FindingCodeTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "FSCK.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| ([a-z]+) \\| (.+) \\| (.+) \\|$");

    @Test
    void thePageHasEachCode() throws IOException {
        List<String> rows = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            boolean mends = !row.group(4).equals("nothing");
            rows.add(row.group(1) + " " + row.group(2) + " " + mends);
        }
        assertEquals(Arrays.stream(FindingCode.values()).map(FindingCodeTest::row).toList(), rows);
    }

    private static String row(FindingCode code) {
        String severity = code.severity().name().toLowerCase(Locale.ROOT);
        return code + " " + severity + " " + code.advice().contains("--repair");
    }
}
