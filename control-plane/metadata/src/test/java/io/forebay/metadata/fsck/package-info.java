/** A check of a workspace: what it finds, mends, and does not find. */
@NullMarked
package io.forebay.metadata.fsck;

import org.jspecify.annotations.NullMarked;
