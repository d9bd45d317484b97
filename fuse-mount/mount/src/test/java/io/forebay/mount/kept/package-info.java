/** Tests of what outlives a mount process. */
@NullMarked
package io.forebay.mount.kept;

import org.jspecify.annotations.NullMarked;
