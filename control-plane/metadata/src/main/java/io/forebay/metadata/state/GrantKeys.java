package io.forebay.metadata.state;

import com.google.protobuf.ByteString;
import io.forebay.proto.Claims;
import io.forebay.schema.HmacKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The keys that grants are signed with, and what else is derived from the master key. */
public final class GrantKeys {
    private static final int KEY_BYTES = 32;

    private final HmacKey masterKey;

    /** Ready to sign with, by the worker; there are as many as workers. */
    private final Map<String, HmacKey> ready = new ConcurrentHashMap<>();

    public GrantKeys(byte[] masterKey) {
        if (masterKey.length != KEY_BYTES) {
            throw new IllegalArgumentException("the master key has 32 bytes");
        }
        this.masterKey = new HmacKey(masterKey);
    }

    /** The key of a worker. */
    public byte[] of(String workerId) {
        return derived("worker:" + workerId);
    }

    /** What the worker takes for the control plane's. */
    public byte[] sign(String workerId, byte[] message) {
        return ready.computeIfAbsent(workerId, id -> new HmacKey(of(id))).sign(message);
    }

    /** A token for a worker: the claims, and the signature by which it knows them. */
    public ByteString token(String workerId, Claims claims) {
        ByteString bytes = claims.toByteString();
        return bytes.concat(ByteString.copyFrom(sign(workerId, bytes.toByteArray())));
    }

    /** Who knows it was told of the control plane's unix socket by the control plane itself. */
    public byte[] localCallToken() {
        return derived("local calls");
    }

    private byte[] derived(String purpose) {
        return masterKey.sign(purpose.getBytes(StandardCharsets.UTF_8));
    }
}
