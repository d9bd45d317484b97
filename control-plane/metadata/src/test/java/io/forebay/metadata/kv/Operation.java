package io.forebay.metadata.kv;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One step of a random transaction, for a store and for the model; reads answer as text. */
sealed interface Operation {
    /** Few keys, so that transactions meet, and with prefixes of each other. */
    int KEYS = 24;

    String run(Transaction transaction);

    String run(SerialModel model);

    static Operation random(Random random, boolean readOnly) {
        String key = key(random);
        String other = key(random);
        String begin = key.compareTo(other) <= 0 ? key : other;
        String end = begin.equals(key) ? other : key;
        long number = random.nextInt(1_000_000);
        return switch (random.nextInt(readOnly ? 6 : 13)) {
            case 0, 1, 2 -> new Get(key);
            case 3, 4 -> new Range(begin, end, 1 + random.nextInt(6), random.nextBoolean());
            case 5 -> new Range(begin, end, 100, random.nextBoolean());
            case 6, 7, 8 -> new Set(key, number);
            case 9 -> new Clear(key);
            case 10 -> new ClearRange(begin, end);
            default -> new Add(key, number);
        };
    }

    private static String key(Random random) {
        int number = random.nextInt(KEYS);
        return Character.toString('a' + number / 2) + "x".repeat(number % 2);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }

    record Get(String key) implements Operation {
        @Override
        public String run(Transaction transaction) {
            byte @Nullable [] value = transaction.get(bytes(key));
            return value == null ? "null" : Long.toString(KeyValueStoreContract.number(value));
        }

        @Override
        public String run(SerialModel model) {
            return model.get(key);
        }
    }

    record Range(String begin, String end, int limit, boolean reverse) implements Operation {
        @Override
        public String run(Transaction transaction) {
            return SerialModel.text(transaction.getRange(bytes(begin), bytes(end), limit, reverse));
        }

        @Override
        public String run(SerialModel model) {
            return model.range(begin, end, limit, reverse);
        }
    }

    record Set(String key, long value) implements Operation {
        @Override
        public String run(Transaction transaction) {
            transaction.set(bytes(key), KeyValueStoreContract.value(value));
            return "";
        }

        @Override
        public String run(SerialModel model) {
            model.set(key, value);
            return "";
        }
    }

    record Clear(String key) implements Operation {
        @Override
        public String run(Transaction transaction) {
            transaction.clear(bytes(key));
            return "";
        }

        @Override
        public String run(SerialModel model) {
            model.clear(key);
            return "";
        }
    }

    record ClearRange(String begin, String end) implements Operation {
        @Override
        public String run(Transaction transaction) {
            transaction.clearRange(bytes(begin), bytes(end));
            return "";
        }

        @Override
        public String run(SerialModel model) {
            model.clearRange(begin, end);
            return "";
        }
    }

    record Add(String key, long delta) implements Operation {
        @Override
        public String run(Transaction transaction) {
            transaction.add(bytes(key), delta);
            return "";
        }

        @Override
        public String run(SerialModel model) {
            model.add(key, delta);
            return "";
        }
    }
}
