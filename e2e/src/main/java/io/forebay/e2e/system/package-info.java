/**
 * A running Forebay as its users see it: the command {@code forebay}, the mount, GraphQL. Nothing
 * here knows a class of the product, and whatever was started is gone after {@code close}.
 *
 * <p>The end-to-end tests and the benchmark import this package.
 */
@NullMarked
package io.forebay.e2e.system;

import org.jspecify.annotations.NullMarked;
