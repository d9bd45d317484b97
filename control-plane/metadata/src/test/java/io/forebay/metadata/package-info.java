/** The whole model at once, against references and simulated workers. */
@NullMarked
package io.forebay.metadata;

import org.jspecify.annotations.NullMarked;
