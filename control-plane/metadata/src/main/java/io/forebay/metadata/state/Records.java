package io.forebay.metadata.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Values as messages and numbers. */
public final class Records {
    private Records() {}

    public static <T> @Nullable T find(ReadTransaction tx, byte[] key, Parser<T> parser) {
        byte[] value = tx.get(key);
        return value == null ? null : parse(value, parser);
    }

    public static <T> T parse(byte[] value, Parser<T> parser) {
        try {
            return parser.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException(
                    StoreException.Kind.CORRUPT, "A stored record cannot be read", e);
        }
    }

    /** A number as {@link io.forebay.metadata.kv.Transaction#add} keeps it; absent is 0. */
    public static long number(ReadTransaction tx, byte[] key) {
        byte[] value = tx.get(key);
        return value == null ? 0 : number(value);
    }

    public static long number(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    public static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
