package io.forebay.persist.flush;

import io.forebay.persist.Slice;
import io.forebay.persist.UploadedPart;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Tells whether a part that the store holds has the bytes that would be sent. */
final class HeldPart {
    /** Stores that do not tell a part's CRC32C have its MD5 as the etag, unless they encrypt. */
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    static final String MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private static final int BUFFER_BYTES = 128 << 10;

    private HeldPart() {}

    /** The etag of an object of these parts: a hash of their hashes, and how many they are. */
    static String etagOf(List<UploadedPart> parts) {
        MessageDigest digest = digest();
        for (UploadedPart part : parts) {
            if (!MD5.matcher(part.etag()).matches()) {
                return "";
            }
            digest.update(HexFormat.of().parseHex(part.etag()));
        }
        return HexFormat.of().formatHex(digest.digest()) + "-" + parts.size();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    static boolean has(UploadedPart held, Slice slice) {
        if (held.size() != slice.length()) {
            return false;
        }
        if (held.crc32c().isPresent()) {
            return held.crc32c().getAsInt() == slice.crc32c();
        }
        return MD5.matcher(held.etag()).matches() && md5(slice).equals(held.etag());
    }

    /** The etag of an object of one put, where the store neither encrypts nor counts. */
    static String md5(Slice slice) {
        try {
            MessageDigest digest = digest();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long done = 0;
            while (done < slice.length()) {
                buffer.clear();
                buffer.limit((int) Math.min(buffer.capacity(), slice.length() - done));
                int count = slice.channel().read(buffer, slice.offset() + done);
                if (count < 0) {
                    return "";
                }
                digest.update(buffer.flip());
                done += count;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The staged file cannot be read.", e);
        }
    }
}
