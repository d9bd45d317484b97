package io.forebay.mount.services;

import io.forebay.fuse.FuseException;
import io.forebay.mount.meta.Attachment;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.MetadataClient;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.watch.Watch;
import io.forebay.proto.Attributes;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SetAttributesRequest;
import java.time.InstantSource;

/** What the file system works with. It owns none of them. */
public record Services(
        MetadataClient metadata,
        Attachment attachment,
        StagedFiles stagedFiles,
        InstantSource clock,
        CloseTrace trace,
        Watch watch) {
    public long workspaceId() {
        return attachment.workspaceId();
    }

    /** What the control plane says of a node now. */
    public NodeReply ask(long ino) {
        return metadata.getAttributes(
                GetAttributesRequest.newBuilder()
                        .setWorkspaceId(workspaceId())
                        .setIno(ino)
                        .build());
    }

    /**
     * Changes attributes, once, also where the call is made again.
     *
     * @throws FuseException as the control plane refuses it
     */
    public Attributes change(Origin origin, SetAttributesRequest.Builder change) {
        return changed(origin, change).getAttributes();
    }

    /** As {@link #change}, with all that is answered. */
    public NodeReply changed(Origin origin, SetAttributesRequest.Builder change) {
        change.setWorkspaceId(workspaceId());
        NodeReply reply =
                attachment.mutate(
                        origin,
                        caller -> metadata.setAttributes(change.setCaller(caller).build()),
                        NodeReply::getFailure);
        FailureErrno.check(reply.getFailure());
        return reply;
    }
}
