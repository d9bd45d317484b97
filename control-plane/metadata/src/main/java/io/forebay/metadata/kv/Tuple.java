package io.forebay.metadata.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys of several parts whose bytes sort as the parts do: FoundationDB's tuple layer, byte for byte
 * (its {@code design/tuple.md}), limited to null, byte strings, text and signed 64-bit numbers.
 *
 * <pre>
 * null    00
 * bytes   01, the bytes with each 00 written as 00 FF, 00
 * text    02, its UTF-8 like bytes, 00
 * number  14 + n, n bytes big-endian (n = 0 for zero); below zero 14 - n, the one's complement
 * </pre>
 */
public final class Tuple {
    private static final byte NULL = 0x00;
    private static final byte BYTES = 0x01;
    private static final byte TEXT = 0x02;
    private static final int ZERO = 0x14;
    private static final byte ESCAPE = (byte) 0xFF;

    private final List<@Nullable Object> items;

    private Tuple(List<@Nullable Object> items) {
        this.items = items;
    }

    /** Packs {@code null}, {@code byte[]}, {@code String}, {@code Long} and {@code Integer}. */
    public static byte[] key(@Nullable Object... items) {
        Packer out = new Packer(16 + 12 * items.length);
        for (Object item : items) {
            out.pack(item);
        }
        return Arrays.copyOf(out.bytes, out.size);
    }

    /** A tuple whose {@link #pack} is {@link #key}. */
    public static Tuple of(@Nullable Object... items) {
        return unpack(key(items));
    }

    /**
     * Reads a packed tuple.
     *
     * @throws IllegalArgumentException for bytes that {@link #key} never makes
     */
    public static Tuple unpack(byte[] packed) {
        return unpack(packed, 0);
    }

    /** As {@link #unpack(byte[])}, of what follows a prefix of {@code offset} bytes. */
    public static Tuple unpack(byte[] packed, int offset) {
        List<@Nullable Object> items = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(packed, offset, packed.length - offset);
        while (in.hasRemaining()) {
            items.add(unpackItem(in));
        }
        return new Tuple(Collections.unmodifiableList(items));
    }

    /** All tuples that start with these items and have more. */
    public static Range range(@Nullable Object... prefix) {
        return rangeOf(key(prefix));
    }

    /** As {@link #range}, of a prefix that is packed already. */
    public static Range rangeOf(byte[] packed) {
        byte[] end = Arrays.copyOf(packed, packed.length + 1);
        end[packed.length] = (byte) 0xFF;
        return new Range(after(packed), end);
    }

    /** The first key after {@code key}: where a range goes on behind it. */
    public static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    public byte[] pack() {
        return key(items.toArray());
    }

    public int size() {
        return items.size();
    }

    public List<@Nullable Object> items() {
        return items;
    }

    public boolean isNull(int index) {
        return items.get(index) == null;
    }

    public long number(int index) {
        return item(index, Long.class);
    }

    public String text(int index) {
        return item(index, String.class);
    }

    public byte[] bytes(int index) {
        return item(index, byte[].class);
    }

    private <T> T item(int index, Class<T> type) {
        Object item = items.get(index);
        if (!type.isInstance(item)) {
            throw new IllegalArgumentException("tuple item " + index + " is of another type");
        }
        return type.cast(item);
    }

    private static @Nullable Object unpackItem(ByteBuffer in) {
        byte code = in.get();
        return switch (code) {
            case NULL -> null;
            case BYTES -> unpackBytes(in);
            case TEXT -> new String(unpackBytes(in), StandardCharsets.UTF_8);
            default -> unpackNumber(in, code - ZERO);
        };
    }

    private static byte[] unpackBytes(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        int length = 0;
        while (in.hasRemaining()) {
            byte b = in.get();
            if (b == NULL) {
                if (!in.hasRemaining() || in.get(in.position()) != ESCAPE) {
                    return Arrays.copyOf(bytes, length);
                }
                in.get();
            }
            bytes[length++] = b;
        }
        throw new IllegalArgumentException("a tuple's byte string has no end");
    }

    private static Long unpackNumber(ByteBuffer in, int size) {
        int bytes = Math.abs(size);
        if (bytes > Long.BYTES || in.remaining() < bytes) {
            throw new IllegalArgumentException("bytes that are no tuple of ours");
        }
        long number = size < 0 ? -1L : 0L;
        for (int i = 0; i < bytes; i++) {
            number = (number << 8) | (in.get() & 0xFF);
        }
        boolean negative = size < 0;
        if (bytes == Long.BYTES && negative != (number + (negative ? 1 : 0) < 0)) {
            throw new IllegalArgumentException("a tuple's number is beyond 64 bits");
        }
        return negative ? number + 1 : number;
    }

    /** The keys {@code begin <= key < end}. */
    public record Range(byte[] begin, byte[] end) {}

    /** Keys are made many times for each call: no lock, and no encoder for plain text. */
    private static final class Packer {
        private byte[] bytes;
        private int size;

        Packer(int capacity) {
            bytes = new byte[capacity];
        }

        void pack(@Nullable Object item) {
            switch (item) {
                case null -> put(NULL);
                case Long number -> pack(number.longValue());
                case Integer number -> pack(number.longValue());
                case String text -> {
                    put(TEXT);
                    pack(utf8(text));
                }
                case byte[] value -> {
                    put(BYTES);
                    pack(value);
                }
                default -> throw new IllegalArgumentException("no tuple item: " + item.getClass());
            }
        }

        private static byte[] utf8(String text) {
            if (hasSurrogate(text) && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw new IllegalArgumentException("text with a lone surrogate has no UTF-8");
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private static boolean hasSurrogate(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    return true;
                }
            }
            return false;
        }

        private void pack(byte[] value) {
            for (byte b : value) {
                put(b);
                if (b == NULL) {
                    put(ESCAPE);
                }
            }
            put(NULL);
        }

        private void pack(long number) {
            long magnitude = number >= 0 ? number : -number;
            int length = (Long.SIZE + 7 - Long.numberOfLeadingZeros(magnitude)) / 8;
            put(number >= 0 ? ZERO + length : ZERO - length);
            long complement = number >= 0 ? number : number - 1;
            for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
                put((int) (complement >> shift));
            }
        }

        private void put(int b) {
            if (size == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * size);
            }
            bytes[size++] = (byte) b;
        }
    }
}
