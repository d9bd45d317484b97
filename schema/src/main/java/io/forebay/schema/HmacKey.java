package io.forebay.schema;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs with HMAC-SHA256 and one key, for any number of threads. It is looked up and prepared once:
 * for a short message that costs several times what the signature does.
 */
public final class HmacKey {
    private static final String ALGORITHM = "HmacSHA256";

    /** Never used itself, so that it can be copied at any time. */
    private final Mac prepared;

    public HmacKey(byte[] key) {
        try {
            prepared = Mac.getInstance(ALGORITHM);
            prepared.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    public byte[] sign(byte[] message) {
        return sign(message, message.length);
    }

    /** Signs the first {@code length} bytes. */
    public byte[] sign(byte[] message, int length) {
        try {
            Mac mac = (Mac) prepared.clone();
            mac.update(message, 0, length);
            return mac.doFinal();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own HmacSHA256 can be copied", e);
        }
    }
}
