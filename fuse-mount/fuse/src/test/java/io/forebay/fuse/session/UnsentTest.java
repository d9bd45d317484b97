package io.forebay.fuse.session;

import static io.forebay.fuse.session.Messages.HEADER;
import static io.forebay.fuse.session.Messages.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class UnsentTest {
    private static final Reply.Entry ENTRY =
            new Reply.Entry(9, 0, new Attributes(9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 0);
    private static final Reply.Opened OPENED = new Reply.Opened(5, 0, 0);
    private static final Request.Header NODE = new Request.Header(0, 9, 0, 0, 0);
    private static final Request FORGET = new Request.Forget(NODE, 1);

    @Test
    void whatWasGivenIsTakenBack() {
        Request lookup = new Request.Lookup(HEADER, utf8("a"));
        assertEquals(List.of(FORGET), Unsent.undo(lookup, ENTRY));
        assertEquals(List.of(), Unsent.undo(lookup, new Reply.NegativeEntry(0)));
        assertEquals(
                List.of(new Request.Release(HEADER, 5, 2, OptionalLong.empty())),
                Unsent.undo(new Request.Open(HEADER, 2, false), OPENED));
        assertEquals(
                List.of(new Request.ReleaseDirectory(HEADER, 5)),
                Unsent.undo(new Request.OpenDirectory(HEADER, 0), OPENED));
        assertEquals(
                List.of(new Request.Release(NODE, 5, 2, OptionalLong.empty()), FORGET),
                Unsent.undo(
                        new Request.Create(HEADER, utf8("a"), 2, 0600, 0),
                        new Reply.Created(ENTRY, OPENED)));
        assertEquals(
                List.of(new Request.Release(NODE, 5, 1, OptionalLong.empty()), FORGET),
                Unsent.undo(
                        new Request.CreateUnnamed(HEADER, 1, 0600, 0),
                        new Reply.Created(ENTRY, OPENED)));
        assertEquals(
                List.of(FORGET),
                Unsent.undo(
                        new Request.ReadDirectory(HEADER, 1, 0, 4096, true),
                        new Reply.Directory(
                                List.of(
                                        new Reply.DirectoryEntry(1, utf8("."), 0, 1, null),
                                        new Reply.DirectoryEntry(9, utf8("a"), 0, 2, ENTRY)))));
    }
}
