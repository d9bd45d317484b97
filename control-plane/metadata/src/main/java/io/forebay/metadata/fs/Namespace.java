package io.forebay.metadata.fs;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.ReadLinkReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SyncReply;
import io.forebay.proto.SyncRequest;

/** Names and attributes. */
public final class Namespace {
    public NodeReply lookup(LookupRequest request) {
        return Unfinished.mark();
    }

    public NodeReply getAttributes(GetAttributesRequest request) {
        return Unfinished.mark();
    }

    public NodeReply setAttributes(SetAttributesRequest request) {
        return Unfinished.mark();
    }

    public NodeReply makeNode(MakeNodeRequest request) {
        return Unfinished.mark();
    }

    public ReadLinkReply readLink(ReadLinkRequest request) {
        return Unfinished.mark();
    }

    public NodeReply remove(RemoveRequest request) {
        return Unfinished.mark();
    }

    public RenameReply rename(RenameRequest request) {
        return Unfinished.mark();
    }

    public ReadDirectoryReply readDirectory(ReadDirectoryRequest request) {
        return Unfinished.mark();
    }

    public FileSystemStatusReply fileSystemStatus(FileSystemStatusRequest request) {
        return Unfinished.mark();
    }

    public SyncReply sync(SyncRequest request) {
        return Unfinished.mark();
    }
}
