/** Tests of the package of the same name. */
@NullMarked
package io.forebay.metadata.imports;

import org.jspecify.annotations.NullMarked;
