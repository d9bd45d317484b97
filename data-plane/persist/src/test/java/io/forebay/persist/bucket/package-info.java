/** Tests of the package of the same name. */
@NullMarked
package io.forebay.persist.bucket;

import org.jspecify.annotations.NullMarked;
