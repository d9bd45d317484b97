package io.forebay.transport.grant;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.schema.HmacKey;
import io.forebay.schema.Limits;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * Tells a worker whether a token is the control plane's, still valid and meant for this worker.
 *
 * <pre>
 *  token:  | Claims (protobuf, at least 1 byte) ... | HMAC-SHA256 over them, 32 bytes |
 * </pre>
 *
 * Safe for any number of threads.
 */
public final class GrantVerifier {
    private final HmacKey key;
    private final String workerId;
    private final InstantSource clock;

    /**
     * @param key 32 bytes, from the control plane's answer to the registration
     */
    public GrantVerifier(byte[] key, String workerId, InstantSource clock) {
        this.key = new HmacKey(key);
        this.workerId = workerId;
        this.clock = clock;
    }

    /**
     * The claims of a valid token.
     *
     * @throws ForebayException PERMISSION when it is forged, cut or for another worker; STALE when
     *     it has expired
     */
    public Claims verify(byte[] token) {
        int size = token.length - Limits.GRANT_SIGNATURE_BYTES;
        if (size <= 0) {
            throw refused("The token is too short to be one; open the file again");
        }
        byte[] signature = Arrays.copyOfRange(token, size, token.length);
        if (!MessageDigest.isEqual(key.sign(token, size), signature)) {
            throw refused(
                    "The token's signature does not fit; do worker and mount use one cluster?");
        }
        Claims claims = parse(token, size);
        if (!claims.getWorkerId().equals(workerId)) {
            throw refused("The token is for another worker; open the file again")
                    .with("worker", claims.getWorkerId());
        }
        if (claims.getExpiresAtMillis() <= clock.millis()) {
            throw new ForebayException(
                    FailureKind.FAILURE_STALE,
                    "The token has expired; open the file again, and compare the nodes' clocks");
        }
        return claims;
    }

    private static Claims parse(byte[] token, int size) {
        try {
            return Claims.parseFrom(ByteString.copyFrom(token, 0, size));
        } catch (InvalidProtocolBufferException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_PERMISSION,
                    "The token is signed but unreadable; are all parts of one version?",
                    e);
        }
    }

    private static ForebayException refused(String message) {
        return new ForebayException(FailureKind.FAILURE_PERMISSION, message);
    }
}
