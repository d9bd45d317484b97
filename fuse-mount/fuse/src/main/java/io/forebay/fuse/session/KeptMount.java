package io.forebay.fuse.session;

import io.forebay.fuse.wire.InitFlags;
import java.nio.file.Path;

/**
 * A mount as a process needs to know it to go on with it when the one that made it is gone: all
 * that INIT settled, since the kernel asks only once. A copy of the descriptor must be kept open by
 * somebody meanwhile.
 *
 * @param descriptor of the device, in this process
 * @param deviceMinor tells the mount from a later one at the same place; -1: not known
 * @param minor of the protocol
 * @param flags of INIT that both sides know
 * @param transferBytes the most that one request moves
 */
public record KeptMount(
        int descriptor,
        Path mountPoint,
        int deviceMinor,
        int minor,
        long flags,
        int transferBytes) {
    /** Whether the kernel can send again what was not answered; else a takeover loses requests. */
    public boolean canBeTakenOver() {
        return (flags & InitFlags.HAS_RESEND) != 0;
    }

    boolean passthrough() {
        return (flags & InitFlags.PASSTHROUGH) != 0;
    }

    public KeptMount withDescriptor(int other) {
        return new KeptMount(other, mountPoint, deviceMinor, minor, flags, transferBytes);
    }
}
