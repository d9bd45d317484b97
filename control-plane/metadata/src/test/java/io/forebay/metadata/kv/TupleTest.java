package io.forebay.metadata.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden bytes are those of FoundationDB's {@code design/tuple.md} and its bindings. */
class TupleTest {
    @ParameterizedTest
    @CsvSource({
        "0, 14",
        "1, 1501",
        "255, 15ff",
        "256, 160100",
        "5551212, 1754b46c",
        "-1, 13fe",
        "-255, 1300",
        "-256, 12feff",
        "-5551212, 11ab4b93",
        "4294967296, 190100000000",
        "9223372036854775807, 1c7fffffffffffffff",
        "-9223372036854775807, 0c8000000000000000",
        "-9223372036854775808, 0c7fffffffffffffff",
    })
    void numbersHaveFoundationDbBytes(long number, String hex) {
        assertEquals(hex, hex(Tuple.key(number)));
        assertEquals(number, Tuple.unpack(Tuple.key(number)).number(0));
    }

    @Test
    void stringsHaveFoundationDbBytes() {
        byte[] bytes = {'f', 'o', 'o', 0, 'b', 'a', 'r'};
        assertEquals("01666f6f00ff62617200", hex(Tuple.key((Object) bytes)));
        assertEquals("0246c3944f00ff62617200", hex(Tuple.key("F\u00d4O\u0000bar")));
        assertEquals("02f09f988000", hex(Tuple.key("\ud83d\ude00")));
        assertEquals("0100", hex(Tuple.key((Object) new byte[0])));
        assertEquals("00", hex(Tuple.key((Object) null)));
        assertThrows(IllegalArgumentException.class, () -> Tuple.key("\ud83d"));
    }

    @Test
    void itemsComeBack() {
        Tuple tuple = Tuple.unpack(Tuple.key("d", 7, new byte[] {0, 1, 0}, null, -3L));
        assertEquals(5, tuple.size());
        assertEquals("d", tuple.text(0));
        assertEquals(7, tuple.number(1));
        assertArrayEquals(new byte[] {0, 1, 0}, tuple.bytes(2));
        assertTrue(tuple.isNull(3));
        assertEquals(-3, tuple.number(4));
        assertArrayEquals(tuple.pack(), Tuple.of("d", 7, new byte[] {0, 1, 0}, null, -3).pack());
        assertThrows(IllegalArgumentException.class, () -> tuple.text(1));
    }

    @Test
    void bytesSortAsTheItemsDo() {
        List<byte[]> keys =
                Stream.<@Nullable Object>of(
                                null,
                                new byte[0],
                                new byte[] {0},
                                new byte[] {0, 0},
                                new byte[] {0, 1},
                                new byte[] {1},
                                new byte[] {-1},
                                "",
                                "a",
                                "a\0",
                                "aa",
                                "b",
                                Long.MIN_VALUE,
                                Long.MIN_VALUE + 1,
                                -65536L,
                                -256L,
                                -255L,
                                -1L,
                                0L,
                                1L,
                                255L,
                                256L,
                                65535L,
                                65536L,
                                Long.MAX_VALUE)
                        .map(item -> Tuple.key(item, "next"))
                        .toList();
        List<byte[]> sorted = keys.stream().sorted(Arrays::compareUnsigned).toList();
        assertEquals(keys, sorted);
    }

    @Test
    void aRangeHoldsTheLongerTuplesOnly() {
        Tuple.Range range = Tuple.range("d", 5);
        assertTrue(within(range, Tuple.key("d", 5, null)));
        assertTrue(within(range, Tuple.key("d", 5, Long.MAX_VALUE)));
        assertEquals(false, within(range, Tuple.key("d", 5)));
        assertEquals(false, within(range, Tuple.key("d", 6)));
        assertEquals("026400150500", hex(range.begin()));
        assertEquals("0264001505ff", hex(range.end()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "02616200ff",
                "15",
                "1d000000000000000000",
                "1cffffffffffffffff",
                "0c0000000000000000",
                "30"
            })
    void foreignBytesAreRefused(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThrows(IllegalArgumentException.class, () -> Tuple.unpack(bytes));
    }

    private static boolean within(Tuple.Range range, byte[] key) {
        return Arrays.compareUnsigned(range.begin(), key) <= 0
                && Arrays.compareUnsigned(key, range.end()) < 0;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
