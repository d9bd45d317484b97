/**
 * What others do to the bucket: scans that find it, and fetches that come upon it. Used by the
 * wiring and by the staging.
 */
@NullMarked
package io.forebay.worker.foreign;

import org.jspecify.annotations.NullMarked;
