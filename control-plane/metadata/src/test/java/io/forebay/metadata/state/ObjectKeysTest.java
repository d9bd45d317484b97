package io.forebay.metadata.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.BucketLocation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObjectKeysTest {
    private static final byte[] TEMPTING = HexFormat.of().parseHex("25253041466166c3a9ff80e2");

    @Test
    void namesThatObjectStoresTakeStayAsTheyAre() {
        assertEquals("checkpoints/step 10/model.pt", key("checkpoints", "step 10", "model.pt"));
        assertEquals("é/模型/😀", key("é", "模型", "😀"));
        assertEquals("100%/50% off", key("100%", "50% off"));
    }

    @Test
    void whatTheyDoNotTakeIsEscaped() {
        assertEquals("a%0Ab", key("a\nb"));
        assertEquals("a%5Cb", key("a\\b"));
        assertEquals("%2541", key("%41"));
        assertEquals("%25ff", key("%ff"));
        assertEquals("%C2%85", key("\u0085"));
        assertEquals("%EF%BF%BF", key("\uffff"));
        assertEquals("%FF%C3(", ObjectKeys.of(List.of(new byte[] {(byte) 0xFF, (byte) 0xC3, '('})));
    }

    @Test
    void everyNameComesBackAndNoTwoMeet() {
        Random random = new Random(11);
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            byte[] name = name(random);
            String key = ObjectKeys.of(List.of(name));
            assertArrayEquals(name, ObjectKeys.path(key).getFirst(), key);
            String hex = HexFormat.of().formatHex(name);
            assertEquals(hex, names.computeIfAbsent(key, _ -> hex));
        }
    }

    @Test
    void aKeyIsBoundedWithItsPrefix() {
        BucketLocation location = BucketLocation.newBuilder().setPrefix("é/").build();
        assertTrue(ObjectKeys.fits(location, "x".repeat(1021)));
        assertFalse(ObjectKeys.fits(location, "x".repeat(1022)));
    }

    @Test
    void noPathHasTheKeyOfADetour() {
        byte[] first = ObjectKeys.path(ObjectKeys.detour(5)).getFirst();
        assertEquals(0, first[0]);
        assertTrue(ObjectKeys.isDetour(ObjectKeys.detour(5)));
        assertFalse(ObjectKeys.isDetour(key("%00detour", "5")));
    }

    private static byte[] name(Random random) {
        byte[] name = new byte[1 + random.nextInt(6)];
        for (int i = 0; i < name.length; i++) {
            int b =
                    random.nextBoolean()
                            ? TEMPTING[random.nextInt(TEMPTING.length)]
                            : 1 + random.nextInt(255);
            name[i] = (byte) (b == '/' ? '%' : b);
        }
        return name;
    }

    private static String key(String... names) {
        List<byte[]> path = new ArrayList<>();
        for (String name : names) {
            path.add(name.getBytes(StandardCharsets.UTF_8));
        }
        return ObjectKeys.of(path);
    }
}
