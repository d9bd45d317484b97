/** A collector of traces in miniature, for tests that ask what the three processes send. */
@NullMarked
package io.forebay.e2e.otlp;

import org.jspecify.annotations.NullMarked;
