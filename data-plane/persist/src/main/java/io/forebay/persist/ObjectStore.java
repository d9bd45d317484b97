package io.forebay.persist;

import io.forebay.proto.BucketLocation;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Buckets of objects. All methods may be called by many threads and block.
 *
 * <p>Failures are {@link io.forebay.schema.ForebayException}. A write that fails as {@code
 * UNAVAILABLE} may have been done all the same; after any other kind it was not.
 *
 * <p>There is no copy in one request: few stores check a condition on its target. A copy is an
 * upload whose parts are copied on the server's side.
 */
public interface ObjectStore extends AutoCloseable {
    /** The object, or nothing when there is none. */
    Optional<StoredObject> head(ObjectRef object);

    /** Writes an object of at most 5 GiB in one request; never {@code UploadGone}. */
    WriteResult put(
            ObjectRef target, Slice content, Map<String, String> metadata, Condition condition);

    /** Begins an upload whose object will carry this metadata. */
    MultipartUpload begin(ObjectRef target, Map<String, String> metadata);

    /**
     * Stores one part, numbered from 1; a part of the same number is replaced. Fails as {@code
     * NOT_FOUND} when the upload is not there, {@code CORRUPT} when the bytes that arrived are not
     * those of the checksum.
     */
    UploadedPart uploadPart(MultipartUpload upload, int number, Slice content);

    /** Copies one part of at most 5 GiB; nothing when the source is not there any more. */
    Optional<UploadedPart> copyPart(MultipartUpload upload, int number, CopySource source);

    /** The parts that are stored, by number; none when the upload is not there any more. */
    List<UploadedPart> listParts(MultipartUpload upload);

    /** The uploads to this key that are neither completed nor aborted. */
    List<ListedUpload> listUploads(ObjectRef target);

    /**
     * Makes the object of these parts, which are in order. For an upload that was completed before,
     * some stores say {@code UploadGone}, and others {@code Written} once more.
     */
    WriteResult complete(MultipartUpload upload, List<UploadedPart> parts, Condition condition);

    /** Forgets an upload and its parts; one that is not there is no failure. */
    void abort(MultipartUpload upload);

    /** Deletes the object if it still has this etag. */
    RemoveResult remove(ObjectRef object, String expectedEtag);

    /**
     * Writes the object's bytes to the channel, from its position 0 on. Fails as {@code NOT_FOUND}
     * when there is no object, {@code CONFLICT} when it is another one than etag and size say,
     * {@code CORRUPT} when the bytes are not those of the checksum that the store knows.
     *
     * @throws java.io.UncheckedIOException when the channel does not take them
     */
    void download(ObjectRef object, String etag, long size, FileChannel target);

    /**
     * The location's objects in the store's own order, at most {@code limit}, behind one of which
     * the key is given; empty: from the first one. It need not be there any more.
     */
    Listed list(BucketLocation location, String after, int limit);

    /** Says whether the location can be listed, written and deleted in; never fails. */
    ProbeReport probe(BucketLocation location);

    @Override
    void close();

    /**
     * A page of a listing.
     *
     * @param end nothing comes behind it
     */
    record Listed(List<Entry> entries, boolean end) {
        public Listed {
            entries = List.copyOf(entries);
        }
    }

    /**
     * An object's key below the location's prefix, its etag, its size, and when the store got it.
     */
    record Entry(String key, String etag, long size, Instant modified) {}
}
