package io.forebay.metadata.kv;

import java.time.Duration;

/**
 * FoundationDB's bounds on one transaction; every store keeps them, so that code fits all of them.
 */
public final class TransactionLimits {
    public static final Duration AGE_MAX = Duration.ofSeconds(5);
    public static final int BYTES_MAX = 10_000_000;
    public static final int KEY_BYTES_MAX = 10_000;
    public static final int VALUE_BYTES_MAX = 100_000;

    private TransactionLimits() {}
}
