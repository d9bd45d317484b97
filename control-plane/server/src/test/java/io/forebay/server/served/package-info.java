/** The process as its clients see it: a control plane that runs, and a worker that pretends. */
@NullMarked
package io.forebay.server.served;

import org.jspecify.annotations.NullMarked;
