/**
 * A proxy before an object store that understands as much of S3's REST protocol as it takes to know
 * what a request is for: it notes what clients say, falls silent, and stops or loses single
 * requests and answers. Imported by tests and by the crash matrix.
 */
@NullMarked
package io.forebay.e2e.relay;

import org.jspecify.annotations.NullMarked;
