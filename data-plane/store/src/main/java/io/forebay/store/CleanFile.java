package io.forebay.store;

/**
 * A staged file whose bytes the bucket has too.
 *
 * @param generation of the content that was seen to be in the bucket
 * @param diskBytes what goes when it is evicted
 */
public record CleanFile(StagedKey key, long generation, long diskBytes) {}
