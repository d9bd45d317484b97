/**
 * The worker: holds the bytes of files on a node's disk, hands them to the node's mounts, and
 * brings them to the bucket. Here is the entry point only; see {@code wiring}.
 */
@NullMarked
package io.forebay.worker;

import org.jspecify.annotations.NullMarked;
