@NullMarked
package io.forebay.metadata.foreign;

import org.jspecify.annotations.NullMarked;
