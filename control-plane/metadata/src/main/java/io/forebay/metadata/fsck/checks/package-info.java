/**
 * The metadata against itself. Each check is about one kind of key, and sees one moment: what it
 * finds is wrong at that moment, whatever is under way.
 */
@NullMarked
package io.forebay.metadata.fsck.checks;

import org.jspecify.annotations.NullMarked;
