package io.forebay.persist.bucket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Some bytes as a file, for a store that reads and writes files; gone when it is closed. */
public final class Scratch {
    private Scratch() {}

    public static FileChannel of(byte[] bytes) throws IOException {
        Path path = Files.createTempFile("forebay-scratch", "");
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left, left.position());
        }
        return channel;
    }

    /** All that was written to it. */
    static byte[] bytes(FileChannel channel) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (all.hasRemaining() && channel.read(all, all.position()) >= 0) {}
        return all.array();
    }
}
