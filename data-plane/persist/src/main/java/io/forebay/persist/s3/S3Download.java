package io.forebay.persist.s3;

import io.forebay.persist.Crc32c;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.PartPlan;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32C;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Brings an object to a file by ranges, several at a time. The ranges are the parts that an upload
 * of ours was cut into, so that the store's checksum of parts can be checked.
 */
final class S3Download {
    /** Ranges at a time, of all downloads together; as many fill a 10 Gb/s link. */
    private static final int RANGES = 8;

    private static final int BUFFER_BYTES = 128 << 10;

    private final S3Client client;
    private final Semaphore ranges = new Semaphore(RANGES);

    S3Download(S3Client client) {
        this.client = client;
    }

    void run(ObjectRef object, String etag, long size, FileChannel target) {
        Optional<String> known = check(object, etag, size);
        if (size == 0) {
            return;
        }
        PartPlan plan = PartPlan.of(size);
        List<Integer> sums = fetchAll(new Range(object, etag, target), plan);
        known.filter(checksum -> !matches(checksum, sums))
                .ifPresent(checksum -> {
                    throw new ForebayException(
                                    FailureKind.FAILURE_CORRUPT,
                                    "The object's bytes are not those of its checksum.")
                            .with("key", object.key());
                });
    }

    /** The checksum that the store knows. */
    private Optional<String> check(ObjectRef object, String etag, long size) {
        HeadObjectResponse there;
        try {
            there =
                    client.headObject(request ->
                            request.bucket(object.bucket())
                                    .key(object.key())
                                    .checksumMode(ChecksumMode.ENABLED));
        } catch (SdkException e) {
            throw failure(e, object);
        }
        if (!S3ObjectStore.bare(there.eTag()).equals(etag) || there.contentLength() != size) {
            throw changed(object);
        }
        return Optional.ofNullable(there.checksumCRC32C());
    }

    private List<Integer> fetchAll(Range range, PartPlan plan) {
        if (plan.count() == 1) {
            return List.of(fetchBounded(range, plan, 1));
        }
        List<Integer> sums = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> fetches = new ArrayList<>();
            for (int number = 1; number <= plan.count(); number++) {
                int part = number;
                fetches.add(threads.submit(() -> fetchBounded(range, plan, part)));
            }
            try {
                for (Future<Integer> fetch : fetches) {
                    sums.add(fetch.get());
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw switch (e.getCause()) {
                    case ForebayException cause -> cause;
                    case UncheckedIOException cause -> cause;
                    case null, default -> new IllegalStateException("a range failed", e);
                };
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw interrupted(e);
            }
        }
        return sums;
    }

    private int fetchBounded(Range range, PartPlan plan, int number) {
        try {
            ranges.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
        try {
            return fetch(range, plan.offset(number), plan.length(number));
        } finally {
            ranges.release();
        }
    }

    /** Fetches one range and returns the checksum of its bytes. */
    private int fetch(Range range, long offset, long length) {
        ObjectRef object = range.object();
        try {
            return client.getObject(
                    request ->
                            request.bucket(object.bucket())
                                    .key(object.key())
                                    .ifMatch(S3ObjectStore.quoted(range.etag()))
                                    .range("bytes=" + offset + "-" + (offset + length - 1)),
                    (answer, bytes) -> write(bytes, range.target(), offset, length));
        } catch (SdkException e) {
            throw failure(e, object);
        }
    }

    private static int write(InputStream bytes, FileChannel target, long offset, long length)
            throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, length)];
        long done = 0;
        while (done < length) {
            int count = bytes.read(buffer, 0, (int) Math.min(buffer.length, length - done));
            if (count < 0) {
                throw new IOException("the answer ended early");
            }
            crc.update(buffer, 0, count);
            ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, count);
            write(chunk, target, offset + done);
            done += count;
        }
        return (int) crc.getValue();
    }

    private static void write(ByteBuffer chunk, FileChannel target, long offset) {
        try {
            while (chunk.hasRemaining()) {
                target.write(chunk, offset + chunk.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unknown forms, such as a cut that is not ours, are not checked. */
    private static boolean matches(String checksum, List<Integer> sums) {
        int dash = checksum.indexOf('-');
        if (dash < 0) {
            return sums.size() != 1 || Crc32c.header(sums.getFirst()).equals(checksum);
        }
        return !checksum.substring(dash + 1).equals(Integer.toString(sums.size()))
                || Crc32c.composite(sums).equals(checksum);
    }

    /** The SDK wraps what the target refused: that is no failure of the store. */
    private static RuntimeException failure(SdkException failure, ObjectRef object) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UncheckedIOException target) {
                return target;
            }
        }
        if (failure instanceof AwsServiceException answer) {
            if (answer.statusCode() == 404) {
                return new ForebayException(
                                FailureKind.FAILURE_NOT_FOUND,
                                "The bucket has no such object any more.",
                                failure)
                        .with("key", object.key());
            }
            if (answer.statusCode() == 412) {
                return changed(object);
            }
        }
        return S3Failures.of(failure, object);
    }

    private static ForebayException changed(ObjectRef object) {
        return new ForebayException(
                        FailureKind.FAILURE_CONFLICT,
                        "Somebody else changed the object; decide which version counts.")
                .with("key", object.key());
    }

    private static ForebayException interrupted(InterruptedException cause) {
        return new ForebayException(
                FailureKind.FAILURE_UNAVAILABLE, "The download was interrupted.", cause);
    }

    private record Range(ObjectRef object, String etag, FileChannel target) {}
}
