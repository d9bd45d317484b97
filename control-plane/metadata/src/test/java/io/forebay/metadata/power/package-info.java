/** Losses of power, against I1, I2 and I5. */
@NullMarked
package io.forebay.metadata.power;

import org.jspecify.annotations.NullMarked;
