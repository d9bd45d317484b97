package io.forebay.metadata.kv;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The naive store: a map of names and numbers, and one transaction after the other. */
final class SerialModel {
    private final TreeMap<String, Long> numbers = new TreeMap<>();

    String get(String key) {
        return String.valueOf(numbers.get(key));
    }

    String range(String begin, String end, int limit, boolean reverse) {
        NavigableMap<String, Long> within = numbers.subMap(begin, true, end, false);
        return (reverse ? within.descendingMap() : within)
                .entrySet().stream()
                        .limit(limit)
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
    }

    void set(String key, long value) {
        numbers.put(key, value);
    }

    void clear(String key) {
        numbers.remove(key);
    }

    void clearRange(String begin, String end) {
        numbers.subMap(begin, true, end, false).clear();
    }

    void add(String key, long delta) {
        numbers.merge(key, delta, Long::sum);
    }

    static String text(List<KeyValue> pairs) {
        return pairs.stream()
                .map(pair ->
                        new String(pair.key(), StandardCharsets.US_ASCII)
                                + "="
                                + KeyValueStoreContract.number(pair.value()))
                .collect(Collectors.joining(" "));
    }
}
