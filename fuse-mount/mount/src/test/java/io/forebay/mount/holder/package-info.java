/** Tests of what outlives a mount process. */
@NullMarked
package io.forebay.mount.holder;

import org.jspecify.annotations.NullMarked;
