/**
 * Moving bytes between processes: what an open staged file can do ({@code file}), files and sockets
 * of the operating system ({@code posix}), descriptor passing over a unix socket ({@code local}),
 * and the check of the right to it ({@code grant}).
 *
 * <p>Imported by the worker and by the mount; knows neither.
 */
@NullMarked
package io.forebay.transport;

import org.jspecify.annotations.NullMarked;
