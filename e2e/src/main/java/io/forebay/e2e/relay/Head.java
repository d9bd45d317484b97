package io.forebay.e2e.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The first line of an HTTP message and its headers, as they came. */
record Head(byte[] bytes, List<String> lines) {
    private static final int BYTES_MAX = 64 << 10;

    /** Empty at the end of the connection. */
    static Optional<Head> read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int ends = 0; // line ends in a row
        while (ends < 2) {
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            bytes.write(next);
            if (bytes.size() > BYTES_MAX) {
                throw new IOException("no head of HTTP ends within " + BYTES_MAX + " bytes");
            }
            if (next == '\n') {
                ends++;
            } else if (next != '\r') {
                ends = 0;
            }
        }
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        return Optional.of(new Head(bytes.toByteArray(), text.lines().toList()));
    }

    String text() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Of the first line, from 0 on. */
    String word(int index) {
        String[] words = lines.getFirst().split(" ", 3);
        return index < words.length ? words[index] : "";
    }

    /** By its name in lower case. */
    Optional<String> header(String name) {
        return lines.stream()
                .skip(1)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    boolean chunked() {
        return header("transfer-encoding").filter("chunked"::equalsIgnoreCase).isPresent();
    }

    /** Of the body; -1 where the head does not say. */
    long length() {
        return header("content-length").map(Long::parseLong).orElse(-1L);
    }

    boolean closes() {
        return header("connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    /** Whether the client waits for a word of the server before it sends the body. */
    boolean asksBeforeBody() {
        return header("expect").filter("100-continue"::equalsIgnoreCase).isPresent();
    }

    /** Whether another answer follows. */
    boolean isInterim() {
        return status() / 100 == 1;
    }

    /** The status of an answer. */
    int status() {
        return Integer.parseInt(word(1));
    }
}
