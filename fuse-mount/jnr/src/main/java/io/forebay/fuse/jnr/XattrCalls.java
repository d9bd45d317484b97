package io.forebay.fuse.jnr;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Extended attributes. Without FUSE_POSIX_ACL, which libfuse 2 does not know, the kernel does not
 * act by access control lists: they are refused, rather than kept without effect.
 */
final class XattrCalls {
    /** XATTR_LIST_MAX of linux/limits.h. */
    private static final int LIST_BYTES_MAX = 65_536;

    private static final byte[] ACL = "system.posix_acl_".getBytes(StandardCharsets.US_ASCII);

    private final Asking asking;
    private final Paths paths;

    XattrCalls(Asking asking, Paths paths) {
        this.asking = asking;
        this.paths = paths;
    }

    void set(Caller caller, byte[] path, byte[] name, byte[] value, int flags) {
        check(name);
        try (Node node = paths.find(caller, path)) {
            asking.done(
                    new Request.SetXattr(
                            asking.header(caller, node.id()), name, value, flags, false));
        }
    }

    /**
     * The value where {@code size} is not 0.
     *
     * @throws FuseException ERANGE where it is longer; ENODATA where there is none
     */
    Reply get(Caller caller, byte[] path, byte[] name, int size) {
        check(name);
        try (Node node = paths.find(caller, path)) {
            return asking.ask(
                    new Request.GetXattr(asking.header(caller, node.id()), name, size),
                    Reply.class);
        }
    }

    /** All names, with a zero byte behind each. */
    byte[] list(Caller caller, byte[] path) {
        try (Node node = paths.find(caller, path)) {
            Request request =
                    new Request.ListXattrs(asking.header(caller, node.id()), LIST_BYTES_MAX);
            return withoutLists(asking.ask(request, Reply.Bytes.class).bytes());
        }
    }

    void remove(Caller caller, byte[] path, byte[] name) {
        check(name);
        try (Node node = paths.find(caller, path)) {
            asking.done(new Request.RemoveXattr(asking.header(caller, node.id()), name));
        }
    }

    private static void check(byte[] name) {
        if (isList(name)) {
            throw new FuseException(Errno.EOPNOTSUPP);
        }
    }

    private static boolean isList(byte[] name) {
        return name.length > ACL.length && Arrays.equals(name, 0, ACL.length, ACL, 0, ACL.length);
    }

    private static byte[] withoutLists(byte[] names) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(names.length);
        int start = 0;
        for (int at = 0; at < names.length; at++) {
            if (names[at] == 0) {
                byte[] name = Arrays.copyOfRange(names, start, at);
                if (!isList(name)) {
                    kept.write(names, start, at + 1 - start);
                }
                start = at + 1;
            }
        }
        return kept.toByteArray();
    }
}
