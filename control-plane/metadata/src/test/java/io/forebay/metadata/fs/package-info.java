/** The file system against a tree in memory. */
@NullMarked
package io.forebay.metadata.fs;

import org.jspecify.annotations.NullMarked;
