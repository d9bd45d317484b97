package io.forebay.cli.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of a process's log, and the line of it that says what was wrong. */
public final class LogTail {
    private static final int BYTES_MAX = 64 << 10;

    /** The first three begin what our processes say before they end. */
    private static final List<String> MARKS =
            List.of(
                    "forebay: ",
                    "forebay worker: ",
                    "forebay mount: ",
                    "ForebayException: ",
                    "Caused by: ",
                    " ERROR ");

    private LogTail() {}

    /** The last lines since a position that the log had when the process started. */
    public static List<String> lines(Path log, long from, int limit) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(from, file.length() - BYTES_MAX);
            file.seek(Math.min(start, file.length()));
            byte[] bytes = new byte[(int) Math.max(0, file.length() - start)];
            file.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank())
                            .toList();
            return lines.subList(Math.max(0, lines.size() - limit), lines.size());
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** What a person wants to read first: our own message, else the innermost cause. */
    public static String reason(List<String> lines) {
        for (String mark : MARKS) {
            for (String line : lines.reversed()) {
                int at = line.indexOf(mark);
                if (at >= 0) {
                    return line.substring(at + mark.length()).strip();
                }
            }
        }
        return lines.isEmpty() ? "it wrote nothing to its log" : lines.getLast().strip();
    }
}
