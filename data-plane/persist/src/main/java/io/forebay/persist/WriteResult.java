package io.forebay.persist;

import java.util.Optional;

/** What came of a conditional write. */
public sealed interface WriteResult {
    /** The object is there. The checksum has the form of {@link StoredObject#checksum}. */
    record Written(String etag, Optional<String> checksum) implements WriteResult {}

    /** The condition did not hold; nothing was written, and an upload is still there. */
    record ConditionFailed() implements WriteResult {}

    /** The multipart upload is not there any more: completed or aborted before; nothing changed. */
    record UploadGone() implements WriteResult {}
}
