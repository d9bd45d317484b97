/** The crash matrix on a fixed seed, and what it judges with. */
@NullMarked
package io.forebay.e2e.chaos;

import org.jspecify.annotations.NullMarked;
