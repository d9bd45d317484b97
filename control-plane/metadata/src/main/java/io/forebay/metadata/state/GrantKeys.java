package io.forebay.metadata.state;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The keys that grants are signed with, and what else is derived from the master key. */
public final class GrantKeys {
    private static final int KEY_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] masterKey;

    public GrantKeys(byte[] masterKey) {
        if (masterKey.length != KEY_BYTES) {
            throw new IllegalArgumentException("the master key has 32 bytes");
        }
        this.masterKey = masterKey.clone();
    }

    /** The key of a worker. */
    public byte[] of(String workerId) {
        return sign(masterKey, ("worker:" + workerId).getBytes(StandardCharsets.UTF_8));
    }

    /** Who knows it was told of the control plane's unix socket by the control plane itself. */
    public byte[] localCallToken() {
        return sign(masterKey, "local calls".getBytes(StandardCharsets.UTF_8));
    }

    /** HMAC-SHA256. */
    public static byte[] sign(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
