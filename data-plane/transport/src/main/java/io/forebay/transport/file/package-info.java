/**
 * An open staged file as its user sees it, wherever its bytes are: on this node by a descriptor
 * ({@code posix}), on another one by a stream ({@code remote}).
 *
 * <p>Invariant: what a method has answered is true of the file at its owner, except where {@code
 * StagedHandle} says that it may come later. Any package may import it.
 */
@NullMarked
package io.forebay.transport.file;

import org.jspecify.annotations.NullMarked;
