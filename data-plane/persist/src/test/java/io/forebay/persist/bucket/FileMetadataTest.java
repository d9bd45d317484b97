package io.forebay.persist.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.forebay.persist.ObjectMetadata;
import io.forebay.proto.FoundObject;
import io.forebay.proto.NodeType;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FileMetadataTest {
    @Test
    void whatWeWriteIsReadBack() {
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            int mode = random.nextInt(010000);
            int uid = random.nextInt();
            int gid = random.nextInt();
            long mtime = random.nextLong() >> random.nextInt(40);
            FoundObject read = read(new ObjectMetadata(mode, uid, gid, mtime, 1, 1).toMap());
            assertEquals(0100000 | mode, read.getMode());
            assertEquals(uid, read.getUid());
            assertEquals(gid, read.getGid());
            assertEquals(mtime, read.getMtimeNanos());
        }
    }

    @Test
    void whatIsNoRegularFileSaysSo() {
        ObjectMetadata metadata = new ObjectMetadata(0640, 1, 2, 3, 4, 5);
        FoundObject disk = read(metadata.toMap(NodeType.NODE_TYPE_BLOCK_DEVICE, 0xFFF1_2345L));
        assertEquals(0060640, disk.getMode());
        assertEquals(0xFFF1_2345L, disk.getRdev());
        FoundObject link = read(metadata.toMap(NodeType.NODE_TYPE_SYMLINK, 0));
        assertEquals(0120640, link.getMode());
        assertEquals(0010640, read(metadata.toMap(NodeType.NODE_TYPE_FIFO, 0)).getMode());
        assertEquals(0140640, read(metadata.toMap(NodeType.NODE_TYPE_SOCKET, 0)).getMode());
        assertEquals(0, read(Map.of("rdev", "-1")).getRdev());
        assertEquals(0, read(Map.of("rdev", "123456789")).getRdev());
    }

    @Test
    void othersWriteItInTheirWays() {
        assertEquals(0100644, mode("33188"), "s3fs");
        assertEquals(0100644, mode("100644"), "rclone");
        assertEquals(0100664, mode("0100664"), "DataSync");
        assertEquals(0644, mode("644"));
        assertEquals(0644, mode("0644"));
        assertEquals(0120777, mode("41471"), "s3fs");
        FoundObject sync =
                read(
                        Map.of(
                                "file-permissions", "0100755",
                                "file-owner", "500",
                                "file-group", "501",
                                "file-mtime", "1595002920000000001ns"));
        assertEquals(0100755, sync.getMode());
        assertEquals(500, sync.getUid());
        assertEquals(501, sync.getGid());
        assertEquals(1595002920000000001L, sync.getMtimeNanos());
        assertEquals(
                1_700_000_000_000_000_000L, read(Map.of("mtime", "1700000000")).getMtimeNanos());
        assertEquals(-500_000_000L, read(Map.of("mtime", "-0.5")).getMtimeNanos());
    }

    @Test
    void whatCannotBeReadIsAsGoodAsMissing() {
        for (String wrong :
                new String[] {"", "x", "-1", "0x1F", "99999999999999999999", "1e9", " 1", "١"}) {
            FoundObject read =
                    read(Map.of("mode", wrong, "uid", wrong, "gid", wrong, "mtime", wrong + "."));
            assertFalse(read.hasMode(), wrong);
            assertFalse(read.hasUid(), wrong);
            assertFalse(read.hasGid(), wrong);
        }
        for (String wrong : new String[] {"", ".", "1e9", "9999999999999999", "1..0", "now"}) {
            assertFalse(read(Map.of("mtime", wrong)).hasMtimeNanos(), wrong);
        }
        assertFalse(read(Map.of("uid", "4294967296")).hasUid());
        assertFalse(read(Map.of("mode", "777777777")).hasMode());
        assertFalse(read(Map.of("mode", "0888")).hasMode());
    }

    private static int mode(String text) {
        return read(Map.of("mode", text)).getMode();
    }

    private static FoundObject read(Map<String, String> metadata) {
        FoundObject.Builder object = FoundObject.newBuilder();
        FileMetadata.read(metadata, object);
        return object.build();
    }
}
