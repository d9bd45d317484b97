package io.forebay.metadata.fs;

import io.forebay.metadata.state.Refusal;
import io.forebay.proto.FailureKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A POSIX access control list in the form of its extended attribute (linux/posix_acl_xattr.h). What
 * its entries do to a mode, and a mode to them, follows acl(5) and Linux's fs/posix_acl.c.
 *
 * <pre>
 *   0 a_version u32 = 2
 *   4 + 8 n  e_tag u16    6 + 8 n  e_perm u16    8 + 8 n  e_id u32     (little-endian)
 * </pre>
 */
record AccessList(List<Entry> entries) {
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 8;

    private static final int USER_OBJ = 0x01;
    private static final int USER = 0x02;
    private static final int GROUP_OBJ = 0x04;
    private static final int GROUP = 0x08;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    /** Read, write and execute. */
    private static final int ALL = 7;

    /**
     * @param permissions read 4, write 2, execute 1
     * @param id of a named user or group
     */
    record Entry(int tag, int permissions, int id) {
        Entry with(int other) {
            return new Entry(tag, other, id);
        }

        boolean named() {
            return tag == USER || tag == GROUP;
        }
    }

    AccessList {
        entries = List.copyOf(entries);
    }

    /** Refuses with INVALID what is no list as acl(5) wants it. */
    static AccessList parse(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        boolean sized =
                value.length >= HEADER_BYTES && (value.length - HEADER_BYTES) % ENTRY_BYTES == 0;
        Refusal.when(!sized || buffer.getInt() != VERSION, FailureKind.FAILURE_INVALID);
        List<Entry> entries = new ArrayList<>();
        while (buffer.hasRemaining()) {
            int tag = Short.toUnsignedInt(buffer.getShort());
            int permissions = Short.toUnsignedInt(buffer.getShort());
            entries.add(new Entry(tag, permissions, buffer.getInt()));
        }
        AccessList list = new AccessList(entries);
        Refusal.when(!list.isValid(), FailureKind.FAILURE_INVALID);
        return list;
    }

    byte[] bytes() {
        ByteBuffer buffer =
                ByteBuffer.allocate(HEADER_BYTES + ENTRY_BYTES * entries.size())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(VERSION);
        for (Entry entry : entries) {
            buffer.putShort((short) entry.tag())
                    .putShort((short) entry.permissions())
                    .putInt(entry.id());
        }
        return buffer.array();
    }

    /** It says no more than nine permission bits can. */
    boolean isMode() {
        return entries.stream().noneMatch(entry -> entry.named() || entry.tag() == MASK);
    }

    /** The nine bits that stat(2) shows: the mask, where there is one, as those of the group. */
    int mode() {
        return (permissions(USER_OBJ) << 6) | (permissions(groupClass()) << 3) | permissions(OTHER);
    }

    /** As chmod(2) changes it. */
    AccessList withMode(int mode) {
        int group = groupClass();
        UnaryOperator<Entry> change =
                entry -> {
                    if (entry.tag() == USER_OBJ) {
                        return entry.with((mode >> 6) & ALL);
                    }
                    if (entry.tag() == group) {
                        return entry.with((mode >> 3) & ALL);
                    }
                    return entry.tag() == OTHER ? entry.with(mode & ALL) : entry;
                };
        return new AccessList(entries.stream().map(change).toList());
    }

    /** A default list as a new file gets it, that asked for a mode. */
    AccessList masked(int mode) {
        return withMode(mode() & mode);
    }

    private int groupClass() {
        return entries.stream().anyMatch(entry -> entry.tag() == MASK) ? MASK : GROUP_OBJ;
    }

    private int permissions(int tag) {
        return entries.stream()
                .filter(entry -> entry.tag() == tag)
                .mapToInt(Entry::permissions)
                .findFirst()
                .orElse(0);
    }

    /** One entry of each kind in the order of the tags, any number of named ones, with a mask. */
    private boolean isValid() {
        int last = 0;
        for (Entry entry : entries) {
            boolean known = Integer.bitCount(entry.tag()) == 1 && entry.tag() <= OTHER;
            boolean ordered = entry.named() ? entry.tag() >= last : entry.tag() > last;
            if (!known || !ordered || entry.permissions() > ALL) {
                return false;
            }
            last = entry.tag();
        }
        boolean named = entries.stream().anyMatch(Entry::named);
        return has(USER_OBJ) && has(GROUP_OBJ) && has(OTHER) && (!named || has(MASK));
    }

    private boolean has(int tag) {
        return entries.stream().anyMatch(entry -> entry.tag() == tag);
    }
}
