package io.forebay.e2e.chaos.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/** What happened when, in a file, for those who look for the cause of a failure. */
public record Notes(Path file) {
    public synchronized void add(String line) {
        try {
            Files.writeString(
                    file,
                    Instant.now() + " " + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
