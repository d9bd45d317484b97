package io.forebay.e2e.chaos;

import io.forebay.e2e.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a version of a file holds: no two seeds give the same. */
record Content(long seed, int size, List<Patch> patches) {

    /** Bytes that replace others, or follow them. */
    record Patch(long seed, int at, int size) {
        byte[] bytes() {
            return random(seed, size);
        }
    }

    Content {
        patches = List.copyOf(patches);
    }

    Content(long seed, int size) {
        this(seed, size, List.of());
    }

    Content patched(Patch patch) {
        List<Patch> all = new ArrayList<>(patches);
        all.add(patch);
        return new Content(seed, Math.max(size, patch.at() + patch.size()), all);
    }

    byte[] bytes() {
        byte[] bytes = random(seed, size);
        for (Patch patch : patches) {
            System.arraycopy(patch.bytes(), 0, bytes, patch.at(), patch.size());
        }
        return bytes;
    }

    String digest() {
        return Digest.sha256(bytes());
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
