/** Tests of the mount. */
@NullMarked
package io.forebay.mount;

import org.jspecify.annotations.NullMarked;
