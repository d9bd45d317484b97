package io.forebay.metadata.fs;

import com.google.protobuf.ByteString;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Records;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of directories. */
final class Listing {
    /** With attributes some 100 bytes each: a page stays far below gRPC's 4 MiB. */
    private static final int PAGE_MAX = 1_000;

    private Listing() {}

    static ReadDirectoryReply read(ReadTransaction tx, ReadDirectoryRequest request) {
        long ws = request.getWorkspaceId();
        InodeRecord directory = Inode.read(tx, ws, request.getIno());
        if (directory == null) {
            return failure(FailureKind.FAILURE_GONE);
        }
        if (directory.getAttributes().getType() != NodeType.NODE_TYPE_DIRECTORY) {
            return failure(FailureKind.FAILURE_NOT_DIRECTORY);
        }
        int limit = Math.clamp(request.getLimit(), 1, PAGE_MAX);
        Tuple.Range range = Keys.entries(ws, request.getIno());
        byte[] begin =
                request.getAfter().isEmpty()
                        ? range.begin()
                        : Tuple.after(
                                Keys.entry(ws, request.getIno(), request.getAfter().toByteArray()));
        List<KeyValue> pairs = tx.getRange(begin, range.end(), limit);
        Names.Place place = Names.place(tx, ws, request.getIno());
        ReadDirectoryReply.Builder reply =
                ReadDirectoryReply.newBuilder()
                        .setEnd(pairs.size() < limit)
                        .setParent(place == null ? Limits.ROOT_INO : place.parent());
        entries(tx, pairs, request).forEach(reply::addEntries);
        return reply.build();
    }

    private static List<DirectoryEntry.Builder> entries(
            ReadTransaction tx, List<KeyValue> pairs, ReadDirectoryRequest request) {
        List<DirectoryEntry.Builder> entries = new ArrayList<>(pairs.size());
        List<byte[]> inodes = new ArrayList<>();
        for (KeyValue pair : pairs) {
            EntryRecord record = Records.parse(pair.value(), EntryRecord.parser());
            entries.add(
                    DirectoryEntry.newBuilder()
                            .setName(ByteString.copyFrom(Tuple.unpack(pair.key()).bytes(3)))
                            .setIno(record.getIno())
                            .setType(record.getType()));
            if (request.getWithAttributes()) {
                inodes.add(Keys.inode(request.getWorkspaceId(), record.getIno()));
            }
        }
        List<byte @Nullable []> found = tx.getAll(inodes);
        for (int i = 0; i < found.size(); i++) {
            byte[] inode = found.get(i);
            if (inode != null) {
                entries.get(i)
                        .setAttributes(Records.parse(inode, InodeRecord.parser()).getAttributes());
            }
        }
        return entries;
    }

    private static ReadDirectoryReply failure(FailureKind kind) {
        return ReadDirectoryReply.newBuilder().setFailure(kind).build();
    }
}
