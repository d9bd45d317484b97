package io.forebay.transport.grant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class GrantVerifierTest {
    private static final byte[] KEY =
            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final Claims CLAIMS =
            Claims.newBuilder()
                    .setWorkspaceId(1)
                    .setIno(300)
                    .setWrite(true)
                    .setExpiresAtMillis(10_000)
                    .setWorkerId("w1")
                    .build();

    private final GrantVerifier verifier = verifier("w1", 9_999);

    @Test
    void aValidTokenGivesItsClaims() throws GeneralSecurityException {
        assertEquals(CLAIMS, verifier.verify(token(CLAIMS, KEY)));
    }

    @Test
    void theFormIsFixed() {
        String golden =
                "080110ac02200140904e52027731"
                        + "a270d64e865819f25c57fa4dd58cb3806a183d8e3f52c857f07aaedff43b7835";
        assertEquals(CLAIMS, verifier.verify(HexFormat.of().parseHex(golden)));
    }

    @Test
    void everyFlippedBitIsRefused() throws GeneralSecurityException {
        byte[] token = token(CLAIMS, KEY);
        for (int bit = 0; bit < token.length * 8; bit++) {
            byte[] forged = token.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(FailureKind.FAILURE_PERMISSION, verifier, forged);
        }
    }

    @Test
    void cutAndForeignTokensAreRefused() throws GeneralSecurityException {
        byte[] token = token(CLAIMS, KEY);
        for (int size = 0; size < token.length; size++) {
            assertRefused(FailureKind.FAILURE_PERMISSION, verifier, Arrays.copyOf(token, size));
        }
        byte[] other = token(CLAIMS, "another key".getBytes(StandardCharsets.US_ASCII));
        assertRefused(FailureKind.FAILURE_PERMISSION, verifier, other);
        assertRefused(FailureKind.FAILURE_PERMISSION, verifier("w2", 0), token);
    }

    @Test
    void anExpiredTokenIsStale() throws GeneralSecurityException {
        byte[] token = token(CLAIMS, KEY);
        assertRefused(FailureKind.FAILURE_STALE, verifier("w1", 10_000), token);
    }

    private static void assertRefused(FailureKind kind, GrantVerifier verifier, byte[] token) {
        ForebayException e = assertThrows(ForebayException.class, () -> verifier.verify(token));
        assertEquals(kind, e.kind());
    }

    private static GrantVerifier verifier(String worker, long millis) {
        return new GrantVerifier(KEY, worker, InstantSource.fixed(Instant.ofEpochMilli(millis)));
    }

    private static byte[] token(Claims claims, byte[] key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] signature = mac.doFinal(claims.toByteArray());
        byte[] bytes = claims.toByteArray();
        byte[] token = Arrays.copyOf(bytes, bytes.length + signature.length);
        System.arraycopy(signature, 0, token, bytes.length, signature.length);
        return token;
    }
}
