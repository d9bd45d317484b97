/**
 * What a worker and its bucket hold, for who compares it with the metadata. Used by the flush
 * engine, with whose tasks the questions come.
 */
@NullMarked
package io.forebay.persist.check;

import org.jspecify.annotations.NullMarked;
