package io.forebay.mount.fs;

import com.google.protobuf.ByteString;
import io.forebay.fuse.Attributes;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.nodes.NodeAttributes;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.services.Services;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Reading of directories. */
final class DirectoryCalls {
    /** One page of the service. */
    private static final int PAGE_ENTRIES_MAX = 1000;

    /** The smallest {@code fuse_dirent} and {@code fuse_direntplus}: what a reply can hold. */
    private static final int ENTRY_BYTES_MIN = 32;

    private static final int ENTRY_PLUS_BYTES_MIN = 160;

    /** "." and ".." come before the first entry. */
    private static final int DOTS = 2;

    private static final byte[] DOT = ".".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DOT_DOT = "..".getBytes(StandardCharsets.US_ASCII);

    private final Services services;
    private final Nodes nodes;
    private final Map<Long, DirectoryStream> streams = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();

    DirectoryCalls(Services services, Nodes nodes) {
        this.services = services;
        this.nodes = nodes;
    }

    Reply open(Request.OpenDirectory request) {
        long ino = request.header().nodeId();
        // The kernel may have come by a name that stands for another directory by now.
        check(ino, services.ask(ino).getFailure());
        long handle = lastHandle.incrementAndGet();
        streams.put(handle, new DirectoryStream(ino));
        return new Reply.Opened(handle, 0, 0);
    }

    /** A directory that this mount has removed is an empty one to those who still have it. */
    private void check(long ino, FailureKind failure) {
        if (nodes.departed(ino).isEmpty()) {
            FailureErrno.check(failure);
        }
    }

    Reply release(Request.ReleaseDirectory request) {
        streams.remove(request.handle());
        return new Reply.Ok();
    }

    int openCount() {
        return streams.size();
    }

    Reply read(Request.ReadDirectory request) {
        DirectoryStream stream = streams.get(request.handle());
        if (stream == null) {
            // opened by a process that has died since: it goes on by position
            stream =
                    streams.computeIfAbsent(
                            request.handle(), _ -> new DirectoryStream(request.header().nodeId()));
        }
        long position = Math.max(0, request.offset() - DOTS);
        DirectoryStream.Point point = near(stream.ino(), stream.at(position));
        ReadDirectoryReply page = fetch(stream.ino(), point, request);
        List<Reply.DirectoryEntry> entries = new ArrayList<>();
        if (request.offset() < 1) {
            entries.add(dot(stream.ino(), DOT, 1));
        }
        if (request.offset() < DOTS) {
            long parent = page.getParent() == 0 ? Limits.ROOT_INO : page.getParent();
            entries.add(dot(parent, DOT_DOT, DOTS));
        }
        List<DirectoryEntry> found = page.getEntriesList();
        List<DirectoryEntry> rest =
                found.subList(Math.min(point.skip(), found.size()), found.size());
        remember(stream, position, point, found);
        long cookie = position + DOTS;
        for (DirectoryEntry entry : rest) {
            cookie++;
            entries.add(entry(entry, cookie, request.plus()));
        }
        return new Reply.Directory(entries);
    }

    /** The same place, less than a page behind the name. */
    private DirectoryStream.Point near(long ino, DirectoryStream.Point point) {
        ByteString after = point.after();
        int skip = point.skip();
        while (skip >= PAGE_ENTRIES_MAX) {
            ReadDirectoryReply page = fetch(ino, after, PAGE_ENTRIES_MAX, false);
            if (page.getEntriesCount() == 0) {
                return new DirectoryStream.Point(after, skip % PAGE_ENTRIES_MAX);
            }
            skip -= page.getEntriesCount();
            after = page.getEntries(page.getEntriesCount() - 1).getName();
        }
        return new DirectoryStream.Point(after, Math.max(0, skip));
    }

    private ReadDirectoryReply fetch(
            long ino, DirectoryStream.Point point, Request.ReadDirectory request) {
        int fitting =
                request.size() / (request.plus() ? ENTRY_PLUS_BYTES_MIN : ENTRY_BYTES_MIN) + 1;
        int limit = Math.min(fitting + point.skip(), PAGE_ENTRIES_MAX);
        return fetch(ino, point.after(), limit, request.plus());
    }

    private ReadDirectoryReply fetch(long ino, ByteString after, int limit, boolean plus) {
        ReadDirectoryReply page =
                services.metadata()
                        .readDirectory(
                                ReadDirectoryRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setIno(ino)
                                        .setAfter(after)
                                        .setLimit(limit)
                                        .setWithAttributes(plus)
                                        .build());
        check(ino, page.getFailure());
        return page;
    }

    private static void remember(
            DirectoryStream stream,
            long position,
            DirectoryStream.Point point,
            List<DirectoryEntry> found) {
        List<ByteString> names = new ArrayList<>(found.size());
        for (DirectoryEntry entry : found) {
            names.add(entry.getName());
        }
        stream.given(position - point.skip(), point.after(), names);
    }

    private Reply.DirectoryEntry entry(DirectoryEntry entry, long cookie, boolean plus) {
        byte[] name = entry.getName().toByteArray();
        int mode = NodeAttributes.typeBits(entry.getType());
        return new Reply.DirectoryEntry(
                entry.getIno(),
                name,
                mode,
                cookie,
                plus && entry.hasAttributes() ? nodes.entry(entry.getAttributes()) : null);
    }

    private static Reply.DirectoryEntry dot(long ino, byte[] name, long cookie) {
        return new Reply.DirectoryEntry(ino, name, Attributes.DIRECTORY, cookie, null);
    }
}
