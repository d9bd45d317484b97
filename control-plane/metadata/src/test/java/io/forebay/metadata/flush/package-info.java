/** Tests of the package of the same name. */
@NullMarked
package io.forebay.metadata.flush;

import org.jspecify.annotations.NullMarked;
