/** What stands under which key. */
@NullMarked
package io.forebay.metadata.state;

import org.jspecify.annotations.NullMarked;
