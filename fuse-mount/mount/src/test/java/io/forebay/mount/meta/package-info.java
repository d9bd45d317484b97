/** Tests of the mount: its meta package. */
@NullMarked
package io.forebay.mount.meta;

import org.jspecify.annotations.NullMarked;
