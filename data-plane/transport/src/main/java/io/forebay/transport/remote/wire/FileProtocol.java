package io.forebay.transport.remote.wire;

import io.forebay.proto.FileReplyHead;
import io.forebay.proto.FileRequestHead;
import io.forebay.proto.StagedFileServiceGrpc;
import io.forebay.proto.StagedStatus;
import io.forebay.transport.file.FileStatus;
import io.grpc.MethodDescriptor;

/** The one method of StagedFileService, with frames for messages. */
public final class FileProtocol {
    /** The data of one message. */
    public static final int DATA_BYTES_MAX = 1 << 20;

    public static final MethodDescriptor<Frame<FileRequestHead>, Frame<FileReplyHead>> USE =
            StagedFileServiceGrpc.getUseMethod().toBuilder(
                            new FrameMarshaller<>(
                                    FileRequestHead.parser(), FileRequestHead.getDefaultInstance()),
                            new FrameMarshaller<>(
                                    FileReplyHead.parser(), FileReplyHead.getDefaultInstance()))
                    .build();

    private FileProtocol() {}

    public static StagedStatus message(FileStatus status) {
        return StagedStatus.newBuilder()
                .setSize(status.size())
                .setMtimeNanos(status.mtimeNanos())
                .setCtimeNanos(status.ctimeNanos())
                .setBlocks(status.blocks())
                .setDevice(status.device())
                .setIno(status.ino())
                .build();
    }

    public static FileStatus status(StagedStatus message) {
        return new FileStatus(
                message.getSize(),
                message.getMtimeNanos(),
                message.getCtimeNanos(),
                message.getBlocks(),
                message.getDevice(),
                message.getIno());
    }
}
