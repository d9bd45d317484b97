package io.forebay.e2e.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** One large file in blocks of 1 MiB; each method's answer is GB/s, open and close included. */
final class LargeFile {
    private static final int BLOCK = 1 << 20;

    private final int blocks;
    private final ByteBuffer buffer;

    LargeFile(int blocks) {
        this.blocks = blocks;
        byte[] noise = new byte[BLOCK];
        new Random(1).nextBytes(noise);
        this.buffer = ByteBuffer.allocateDirect(BLOCK).put(noise).flip();
    }

    double writeFresh(Path file) throws IOException {
        long start = System.nanoTime();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel);
        }
        return rate(start);
    }

    double rewrite(Path file) throws IOException {
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            write(channel);
        }
        return rate(start);
    }

    double read(Path file) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(BLOCK);
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int block = 0; block < blocks; block++) {
                into.clear();
                while (into.hasRemaining()) {
                    if (channel.read(into) < 0) {
                        throw new EOFException(file + " is shorter than what was written");
                    }
                }
            }
        }
        return rate(start);
    }

    /**
     * Makes the hypervisor back as much page cache as a file takes, outside of what is measured:
     * twice, because the kernel does not hand out the same pages again at once.
     */
    void touchMemory(Path directory) throws IOException {
        Path file = directory.resolve("touched");
        for (int pass = 0; pass < 2; pass++) {
            try {
                writeFresh(file);
            } finally {
                Files.deleteIfExists(file);
            }
        }
    }

    private void write(FileChannel channel) throws IOException {
        for (int block = 0; block < blocks; block++) {
            buffer.rewind();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private double rate(long start) {
        return (double) blocks * BLOCK / (System.nanoTime() - start);
    }
}
