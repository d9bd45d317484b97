package io.forebay.metadata.admin;

import io.forebay.proto.Attributes;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.SeenObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory, for people.
 *
 * @param path components joined by '/', without a leading one; as text for people
 * @param object the newest uploaded content
 * @param worker owner of the bytes; null for what has none
 * @param conflict what somebody else did to the object; null where a person has nothing to decide
 * @param replicas the other workers that have all that the last close or fsync saw
 * @param unavailable no worker that has the bytes answers, and the bucket does not have them
 */
public record FileView(
        String path,
        String name,
        Attributes attributes,
        DurabilityMode durability,
        @Nullable String error,
        @Nullable Instant nextRetry,
        int attempts,
        @Nullable StoredObject object,
        @Nullable String worker,
        boolean staged,
        List<String> replicas,
        boolean unavailable,
        @Nullable SeenObject conflict) {

    /** An object in the bucket; the key includes the workspace's prefix. */
    public record StoredObject(String key, String etag, long generation, String checksum) {}
}
