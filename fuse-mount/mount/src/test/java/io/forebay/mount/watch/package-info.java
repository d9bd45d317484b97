/** Following others, against a kernel that notes what it is told and may be slow to take it. */
@NullMarked
package io.forebay.mount.watch;

import org.jspecify.annotations.NullMarked;
