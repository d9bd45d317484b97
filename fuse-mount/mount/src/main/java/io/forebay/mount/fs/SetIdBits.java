package io.forebay.mount.fs;

import io.forebay.fuse.Request;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.services.Services;
import io.forebay.proto.SetAttributesRequest;

/**
 * The set-id bits of open files, which go when somebody without the right to keep them writes
 * (FUSE_HANDLE_KILLPRIV_V2). The kernel says of some requests whether their caller has it; of the
 * others the superuser alone has.
 */
final class SetIdBits {
    private static final int SUPERUSER = 0;

    private final Services services;
    private final Nodes nodes;

    SetIdBits(Services services, Nodes nodes) {
        this.services = services;
        this.nodes = nodes;
    }

    void killUnlessSuperuser(OpenInode inode, Request.Header header) {
        if (header.uid() != SUPERUSER) {
            kill(inode, header);
        }
    }

    void kill(OpenInode inode, Request.Header header) {
        if (!inode.hasSetId()) {
            return;
        }
        SetAttributesRequest.Builder kill =
                SetAttributesRequest.newBuilder().setIno(inode.ino()).setKillSetId(true);
        nodes.refresh(services.change(NamespaceCalls.origin(header), kill));
        services.watch().forgetAttributes(inode.ino());
    }
}
