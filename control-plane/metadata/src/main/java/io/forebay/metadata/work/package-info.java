/**
 * Work of a worker: to which process it is given, what becomes of it when it is due, and how long
 * to wait after a failure. Used by those who give work out; knows none of them.
 */
@NullMarked
package io.forebay.metadata.work;

import org.jspecify.annotations.NullMarked;
