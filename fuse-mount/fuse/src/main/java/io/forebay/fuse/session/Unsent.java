package io.forebay.fuse.session;

import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The requests that the kernel would send if it had taken an answer that it did not take: without
 * them the file system would count lookups and opens that nobody gives back.
 */
final class Unsent {
    private Unsent() {}

    static List<Request> undo(Request request, Reply reply) {
        return switch (reply) {
            case Reply.Entry entry -> List.of(forget(entry));
            case Reply.Opened opened -> List.of(release(request, request.header(), opened));
            case Reply.Created(Reply.Entry entry, Reply.Opened opened) ->
                    List.of(release(request, header(entry), opened), forget(entry));
            case Reply.Directory(List<Reply.DirectoryEntry> entries) ->
                    entries.stream().flatMap(Unsent::forget).toList();
            default -> List.of();
        };
    }

    private static Stream<Request> forget(Reply.DirectoryEntry entry) {
        Reply.Entry counted = entry.entry();
        return counted == null ? Stream.of() : Stream.of(forget(counted));
    }

    private static Request forget(Reply.Entry entry) {
        return new Request.Forget(header(entry), 1);
    }

    private static Request.Header header(Reply.Entry entry) {
        return new Request.Header(0, entry.nodeId(), 0, 0, 0);
    }

    private static Request release(Request request, Request.Header header, Reply.Opened opened) {
        return switch (request) {
            case Request.OpenDirectory directory ->
                    new Request.ReleaseDirectory(directory.header(), opened.handle());
            case Request.Open open -> release(open.header(), opened, open.flags());
            case Request.Create create -> release(header, opened, create.flags());
            case Request.CreateUnnamed create -> release(header, opened, create.flags());
            default -> release(header, opened, 0);
        };
    }

    private static Request release(Request.Header header, Reply.Opened opened, int flags) {
        return new Request.Release(header, opened.handle(), flags, OptionalLong.empty());
    }
}
