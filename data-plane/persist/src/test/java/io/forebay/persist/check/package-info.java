/** Tests of the package of the same name. */
@NullMarked
package io.forebay.persist.check;

import org.jspecify.annotations.NullMarked;
