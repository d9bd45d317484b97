/** Tests of the mount: its fs package. */
@NullMarked
package io.forebay.mount.fs;

import org.jspecify.annotations.NullMarked;
