package io.forebay.persist;

import io.forebay.schema.Limits;

/**
 * How a file is cut into parts. The size alone decides, so that an upload is resumed, and a
 * checksum of parts checked, without remembering the cut. All parts but the last have {@code
 * partBytes}.
 */
public record PartPlan(long size, long partBytes) {
    private static final long STEP = 1L << 20;

    /** S3 allows 5 GiB; stores copy a part of 1 GiB well within a request's time. */
    private static final long COPY_PART_BYTES = 1L << 30;

    /** The plan for a file of this size: the smallest parts of whole MiB that are few enough. */
    public static PartPlan of(long size) {
        if (size < 0 || size > Limits.OBJECT_BYTES_MAX) {
            throw new IllegalArgumentException("no object can have this size: " + size);
        }
        long least = Math.ceilDiv(size, (long) Limits.PARTS_MAX);
        long rounded = Math.ceilDiv(least, STEP) * STEP;
        return new PartPlan(size, Math.max(Limits.PART_BYTES_MIN, rounded));
    }

    /** The plan for a copy inside the store: nothing travels, so that parts are large. */
    public static PartPlan forCopy(long size) {
        return new PartPlan(size, Math.max(COPY_PART_BYTES, of(size).partBytes()));
    }

    /** At least one. */
    public int count() {
        return (int) Math.max(1, Math.ceilDiv(size, partBytes));
    }

    /** Where part {@code number}, from 1 on, begins. */
    public long offset(int number) {
        return (number - 1) * partBytes;
    }

    public long length(int number) {
        return Math.min(partBytes, size - offset(number));
    }
}
