package io.forebay.e2e.durability;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.Digest;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a program was promised, by what it says of itself: {@code programs/syncs.py}. */
final class Synced {
    private static final String ABSENT = "absent";
    private static final String ANYTHING = "anything";

    private final Map<String, Set<String>> states = new TreeMap<>();
    private final Set<String> unsynced = new HashSet<>();

    /** What the loss of power took, or not: nothing certain was said of it. */
    private final Set<String> open = new HashSet<>();

    void heard(String place, String line) {
        Line said = Line.of(place, line);
        if (said.word().equals("is")) {
            states.put(said.name(), new HashSet<>(Set.of(said.state())));
            unsynced.remove(said.name());
        } else {
            began(said);
        }
    }

    /** It may have been said before the power went, or not. */
    void heardTooLate(String place, String line) {
        Line said = Line.of(place, line);
        if (!said.word().equals("is")) {
            began(said);
        }
    }

    private void began(Line said) {
        Set<String> all = states.computeIfAbsent(said.name(), _ -> new HashSet<>(Set.of(ABSENT)));
        switch (said.word()) {
            case "may" -> all.add(said.state());
            case "torn" -> all.add(ANYTHING);
            case "closed" -> {
                all.add(said.state());
                unsynced.add(said.name());
            }
            default -> throw new AssertionError("the program failed: " + said);
        }
    }

    /** What is not as it must be; from now on what is there counts. */
    List<String> compare(Deployment deployment) throws IOException {
        Map<String, String> found = files(deployment.mountPoint());
        List<String> wrong = new ArrayList<>();
        Set<String> names = new TreeSet<>(found.keySet());
        names.addAll(states.keySet());
        open.clear();
        for (String name : names) {
            String state = found.getOrDefault(name, ABSENT);
            Set<String> allowed = states.getOrDefault(name, Set.of(ABSENT));
            boolean torn = allowed.contains(ANYTHING) && !state.equals(ABSENT);
            boolean whole = allowed.contains(state) || torn;
            if (allowed.size() > 1 && found.containsKey(name)) {
                open.add(name);
            }
            if (unsynced.remove(name) && (!whole || state.equals(ABSENT))) {
                whole |= isKnownLost(deployment, name);
            }
            if (!whole) {
                wrong.add(
                        name
                                + " is "
                                + state
                                + ", not one of "
                                + allowed
                                + ": "
                                + deployment.file("/" + name));
            }
            states.put(name, new HashSet<>(Set.of(state)));
        }
        return wrong;
    }

    /** Removes what was not synced, and what is left of it is said to be no whole file. */
    void removeLost(Deployment deployment) throws IOException {
        for (String name : List.copyOf(open)) {
            if (isKnownLost(deployment, name)) {
                Files.delete(deployment.mountPoint().resolve(name));
                states.put(name, new HashSet<>(Set.of(ABSENT)));
                open.remove(name);
            }
        }
    }

    private static boolean isKnownLost(Deployment deployment, String name) {
        JsonNode file = deployment.file("/" + name);
        return file.path("flushState").asText().equals("FAILED")
                && file.path("error").asText().startsWith("The power was lost");
    }

    /** All below a directory, each with its digest. */
    Map<String, String> files(Path root) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(root.relativize(file).toString(), digest(file));
            }
        }
        return found;
    }

    private static String digest(Path file) {
        try {
            return Digest.sha256(file);
        } catch (IOException | UncheckedIOException unreadable) {
            return "unreadable: " + unreadable.getMessage();
        }
    }

    private record Line(String word, String name, String state) {
        static Line of(String place, String line) {
            String[] words = line.split(" ", 3);
            if (words.length < 3) {
                throw new AssertionError("the program failed: " + line);
            }
            return new Line(words[0], place + "/" + words[1], words[2]);
        }
    }
}
