/**
 * How calls are made: many callers' in one, and again after pauses that grow. Used by the packages
 * of this module.
 */
@NullMarked
package io.forebay.persist.calls;

import org.jspecify.annotations.NullMarked;
