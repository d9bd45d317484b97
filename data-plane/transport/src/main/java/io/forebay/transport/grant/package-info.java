/**
 * The check of a grant token: the right to one staged file that the control plane signed.
 *
 * <p>Imported by the worker. Signing is the control plane's.
 */
@NullMarked
package io.forebay.transport.grant;

import org.jspecify.annotations.NullMarked;
