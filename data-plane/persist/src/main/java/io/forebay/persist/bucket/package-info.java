/**
 * What a bucket says of itself: its objects page by page, and their user metadata as files'
 * attributes. Used by the flush engine.
 */
@NullMarked
package io.forebay.persist.bucket;

import org.jspecify.annotations.NullMarked;
