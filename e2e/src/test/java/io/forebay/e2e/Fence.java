package io.forebay.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A fenced block of a Markdown page.
 *
 * @param language the first word behind the fence
 * @param runs whether the second word is {@code run}
 * @param line where it begins in the page, from 1
 */
public record Fence(String language, boolean runs, int line, String text) {
    private static final String MARK = "```";

    /** All of a page, from top to bottom. */
    public static List<Fence> of(Path page) throws IOException {
        List<Fence> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(MARK)) {
                int begin = i;
                StringBuilder text = new StringBuilder();
                for (i++; !lines.get(i).equals(MARK); i++) {
                    text.append(lines.get(i)).append('\n');
                }
                List<String> words =
                        List.of(lines.get(begin).substring(MARK.length()).split(" ", -1));
                boolean runs = words.size() == 2 && words.getLast().equals("run");
                found.add(new Fence(words.getFirst(), runs, begin + 1, text.toString()));
            }
        }
        return found;
    }
}
