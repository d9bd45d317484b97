package io.forebay.persist;

import java.util.Map;
import java.util.Optional;

/**
 * What a store says about an object.
 *
 * @param etag without quotes
 * @param size in bytes
 * @param metadata user metadata, names in lower case
 * @param checksum {@code CRC32C:<base64>} as the store knows it; {@code CRC32C:<base64>-<parts>} is
 *     the checksum of the parts' checksums
 */
public record StoredObject(
        String etag, long size, Map<String, String> metadata, Optional<String> checksum) {
    public StoredObject {
        metadata = Map.copyOf(metadata);
    }
}
