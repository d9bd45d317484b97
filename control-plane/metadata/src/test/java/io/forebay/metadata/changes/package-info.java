/** Tests of the log of changes. */
@NullMarked
package io.forebay.metadata.changes;

import org.jspecify.annotations.NullMarked;
