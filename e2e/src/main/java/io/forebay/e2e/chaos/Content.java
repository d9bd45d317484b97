package io.forebay.e2e.chaos;

import io.forebay.e2e.Digest;
import java.util.SplittableRandom;

/** What a version of a file holds: no two seeds give the same. */
record Content(long seed, int size) {
    byte[] bytes() {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    String digest() {
        return Digest.sha256(bytes());
    }
}
