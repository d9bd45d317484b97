/** What a check of a workspace has found, and what it could not look at. */
@NullMarked
package io.forebay.metadata.fsck.report;

import org.jspecify.annotations.NullMarked;
