package io.forebay.fuse.posix;

import java.io.IOException;
import java.io.RandomAccessFile;

/** What /proc/PID/pagemap (pagemap.rst of the kernel) says of this process's memory. */
public final class PageMap {
    private static final int PAGE_BYTES = 4096;

    private PageMap() {}

    /** Whether each page of a range has memory behind it: bit 63 of the page's word. */
    public static boolean isPresent(long address, long bytes) throws IOException {
        try (RandomAccessFile map = new RandomAccessFile("/proc/self/pagemap", "r")) {
            map.seek(address / PAGE_BYTES * Long.BYTES);
            for (long page = 0; page < bytes / PAGE_BYTES; page++) {
                if (Long.reverseBytes(map.readLong()) >= 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
