/**
 * The bucket as the data plane sees it: the port {@link io.forebay.persist.ObjectStore}, its values
 * and an implementation in memory.
 *
 * <p>Every write is conditional, and a condition that did not hold is a result, not an exception.
 * The worker and this module's sub-packages may import it.
 */
@NullMarked
package io.forebay.persist;

import org.jspecify.annotations.NullMarked;
