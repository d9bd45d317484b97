/**
 * Forebay beside a directory of the local file system: the same random system calls on both must
 * give the same results, error numbers, attributes and bytes. A difference is shrunk to a few
 * calls.
 */
@NullMarked
package io.forebay.e2e.model;

import org.jspecify.annotations.NullMarked;
