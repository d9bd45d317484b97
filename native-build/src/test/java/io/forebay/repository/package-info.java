/**
 * Checks of the repository as a whole: which module may use which, and the rules of the house that
 * a program can check. They read the sources and the compiled classes of every module; nothing
 * imports them.
 */
@NullMarked
package io.forebay.repository;

import org.jspecify.annotations.NullMarked;
