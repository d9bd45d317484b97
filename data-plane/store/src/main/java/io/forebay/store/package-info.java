/**
 * The staging area: the sparse local files that hold the bytes of files on their way to the bucket
 * and back.
 *
 * <pre>
 *  DIRECTORY/format                      "forebay-staging 1"
 *  DIRECTORY/lock                        held by the one process that uses the directory
 *  DIRECTORY/boot                        the kernel's boot id at the last start
 *  DIRECTORY/files/WS/SHARD/INO          a staged file; SHARD is the last byte of INO in hex
 *  DIRECTORY/files/WS/SHARD/INO.fill     one that is being brought back from the bucket
 * </pre>
 *
 * <p>Invariants: a file under its own name is complete; a file goes only when it is dropped, or
 * when it is clean and the control plane agreed while no open could come between. No framework, no
 * native code. The worker may import it.
 */
@NullMarked
package io.forebay.store;

import org.jspecify.annotations.NullMarked;
