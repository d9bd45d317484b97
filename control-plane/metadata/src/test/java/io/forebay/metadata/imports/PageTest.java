package io.forebay.metadata.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.forebay.metadata.Rig;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What becomes of each object. */
final class PageTest {
    private static final int SIGNATURE_BYTES = 32;

    private final Rig rig = new Rig(0);
    private final Lister bucket = new Lister(rig);
    private final long mount = rig.attach("n1");

    @Test
    void attributesComeFromTheObject() {
        bucket.put(
                bucket.object("dir/file", 1000)
                        .setMode(0100751)
                        .setUid(1001)
                        .setGid(-2)
                        .setMtimeNanos(-1_500_000_001L));
        bucket.put(bucket.object("dir/", 0).setMode(0040700).setUid(5).setGid(6));
        bucket.run();
        Attributes file = attributes("dir", "file");
        assertEquals(NodeType.NODE_TYPE_FILE, file.getType());
        assertEquals(0751, file.getMode());
        assertEquals(1001, file.getUid());
        assertEquals(-2, file.getGid());
        assertEquals(1000, file.getSize());
        assertEquals(2, file.getBlocks());
        assertEquals(1, file.getNlink());
        assertEquals(-1_500_000_001L, file.getMtimeNanos());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, file.getFlushState());
        Attributes directory = attributes("dir");
        assertEquals(0700, directory.getMode());
        assertEquals(5, directory.getUid());
        assertEquals(2, directory.getNlink());
        assertEquals(3, rig.attributes(Rig.ROOT).getNlink());
    }

    @Test
    void whatSaysNothingOfItselfBelongsToWhoImports() {
        bucket.put("dir/file", 10);
        bucket.run();
        Attributes file = attributes("dir", "file");
        assertEquals(0644, file.getMode());
        assertEquals(70, file.getUid());
        assertEquals(80, file.getGid());
        assertEquals(5_000_000_000L, file.getMtimeNanos());
        assertEquals(0755, attributes("dir").getMode());
        assertEquals(70, attributes("dir").getUid());
    }

    @Test
    void aReadBringsTheObjectsBytes() throws InvalidProtocolBufferException {
        bucket.put("f", 10);
        bucket.run();
        OpenReply open = rig.open(mount, attributes("f").getIno(), false, false);
        Claims claims = claims(open);
        assertEquals("f", claims.getSource().getKey());
        assertEquals("etag of f", claims.getSource().getEtag());
        assertEquals(10, claims.getSource().getSize());
        assertEquals("p/", claims.getLocation().getPrefix());
    }

    @Test
    void whatIsThereStaysAsItIs() {
        long dirty = rig.file(mount, Rig.ROOT, "dirty", 5);
        rig.mkdir(mount, Rig.ROOT, "dir");
        rig.make(mount, Rig.ROOT, "link", NodeType.NODE_TYPE_SYMLINK, "x");
        bucket.put("known", 1);
        bucket.run();
        Map<String, Attributes> before = tree();
        bucket.put("dirty", 6);
        bucket.put("dirty/below", 6);
        bucket.put("dir", 6);
        bucket.put("link", 6);
        bucket.put("link/", 0);
        bucket.put(bucket.object("known", 2).setEtag("other"));
        ImportView done = bucket.run();
        assertEquals(0, done.files());
        assertEquals(6, done.skipped());
        assertEquals(
                Map.of(
                        "dirty", "A file that is not in the bucket yet has its name",
                        "dirty/below", "A file is where one of its directories would be",
                        "dir", "Something else than a file has its name",
                        "link", "Something else than a file has its name",
                        "link/", "A file is where one of its directories would be",
                        "known", "A file that is in the bucket as another object has its name"),
                skips(done));
        assertEquals(before, tree());
        assertEquals(5, rig.attributes(dirty).getSize());
    }

    @Test
    void keysThatNoPathHasAreToldOf() {
        List<String> keys =
                List.of(
                        "/",
                        "//",
                        "/a",
                        "a//b",
                        ".",
                        "..",
                        "a/../b",
                        "a/./b",
                        "%41",
                        "x%2Fy",
                        "a\\b",
                        "%00detour/1002",
                        "n".repeat(256),
                        "nul%00",
                        "tab\t");
        keys.forEach(key -> bucket.put(key, 1));
        bucket.put("", 0);
        bucket.put("ok", 1);
        ImportView done = bucket.run();
        assertEquals(1, done.files());
        assertEquals(0, done.directories());
        assertEquals(1, done.present());
        assertEquals(keys.size(), done.skipped());
        assertEquals(
                new TreeMap<>(skips(done)).keySet(),
                new TreeMap<>(
                                Map.copyOf(
                                        keys.stream()
                                                .collect(Collectors.toMap(key -> key, key -> ""))))
                        .keySet());
        assertEquals(List.of("ok"), List.copyOf(tree().keySet()));
    }

    @Test
    void anyNameComesBack() {
        byte[] name = new byte[255];
        for (int i = 0; i < name.length; i++) {
            byte b = (byte) (i + 1);
            name[i] = b == '/' ? (byte) '%' : b;
        }
        String key =
                ObjectKeys.of(
                        List.of(
                                name,
                                Rig.bytes(" trailing ").toByteArray(),
                                Rig.bytes("%4").toByteArray()));
        bucket.put(key, 3);
        assertEquals(1, bucket.run().files());
        assertTrue(
                rig.list(Rig.ROOT).stream()
                        .anyMatch(entry -> Arrays.equals(entry.getName().toByteArray(), name)));
    }

    @Test
    void whatCannotBeDescribedIsToldOf() {
        bucket.put(bucket.object("f", 0).setProblem("The credentials may not do this here"));
        bucket.put(bucket.object("link", 3).setMode(0120777));
        bucket.put(bucket.object("directory", 0).setMode(0040755));
        bucket.put(bucket.object("no etag", 3).clearEtag());
        ImportView done = bucket.run();
        assertEquals(4, done.skipped());
        assertEquals("The credentials may not do this here", skips(done).get("f"));
        assertEquals(Map.of(), tree());
    }

    @Test
    void linksAndSpecialFilesComeBack() {
        ByteString target = ByteString.copyFrom(new byte[] {'.', '.', '/', (byte) 0xFF});
        bucket.put(bucket.object("dir/link", 4).setMode(0120777).setContent(target));
        bucket.put(bucket.object("disk", 0).setMode(0060640).setRdev(0x801));
        bucket.put(bucket.object("pipe", 0).setMode(0010600));
        bucket.put(bucket.object("socket", 0).setMode(0140600));
        bucket.put(bucket.object("tty", 0).setMode(0020620).setRdev(0x401));
        assertEquals(5, bucket.run().files());
        Attributes link = attributes("dir", "link");
        assertEquals(NodeType.NODE_TYPE_SYMLINK, link.getType());
        assertEquals(4, link.getSize());
        assertEquals(0, link.getBlocks());
        assertEquals(
                target,
                rig.metadata
                        .namespace()
                        .readLink(
                                ReadLinkRequest.newBuilder()
                                        .setWorkspaceId(rig.ws)
                                        .setIno(link.getIno())
                                        .build())
                        .getTarget());
        assertEquals(NodeType.NODE_TYPE_BLOCK_DEVICE, attributes("disk").getType());
        assertEquals(0x801, attributes("disk").getRdev());
        assertEquals(0640, attributes("disk").getMode());
        assertEquals(NodeType.NODE_TYPE_FIFO, attributes("pipe").getType());
        assertEquals(NodeType.NODE_TYPE_SOCKET, attributes("socket").getType());
        assertEquals(NodeType.NODE_TYPE_CHARACTER_DEVICE, attributes("tty").getType());
        ImportView again = bucket.run();
        assertEquals(5, again.present());
        assertEquals(0, again.skipped());
        rig.rename(mount, Rig.ROOT, "disk", Rig.ROOT, "moved");
        assertEquals(0x801, Objects.requireNonNull(uploads().get("moved")).getRdev());
    }

    private Map<String, UploadTask> uploads() {
        rig.clock.advance(1);
        return rig.take("w1").stream()
                .filter(Task::hasUpload)
                .map(Task::getUpload)
                .collect(Collectors.toMap(UploadTask::getKey, upload -> upload));
    }

    /** Invariant I4: what is about to be deleted is no file any more. */
    @Test
    void anObjectThatIsBeingRemovedIsNotTaken() {
        bucket.put("f", 3);
        bucket.run();
        rig.remove(mount, Rig.ROOT, "f", false);
        ImportView done = bucket.run();
        assertEquals(0, done.files());
        assertEquals(1, done.skipped());
        assertEquals(Map.of(), tree());
    }

    @Test
    void whatIsImportedGoesThroughTheFlushAsAnyFile() {
        for (String name : List.of("changed", "moved", "removed")) {
            bucket.put(name, 3);
        }
        bucket.run();
        long changed = attributes("changed").getIno();
        OpenReply open = rig.open(mount, changed, true, true);
        rig.commit(mount, changed, 4, rig.clock.nanos());
        rig.release(mount, changed, open.getOpenSequence());
        rig.rename(mount, Rig.ROOT, "moved", Rig.ROOT, "there");
        rig.remove(mount, Rig.ROOT, "removed", false);
        rig.clock.advance(1);
        Map<String, Task> tasks = new TreeMap<>();
        for (Task task : rig.take("w1")) {
            tasks.put(
                    task.hasUpload()
                            ? task.getUpload().getKey()
                            : task.hasRemoveObject() ? task.getRemoveObject().getKey() : "",
                    task);
        }
        assertEquals(4, Objects.requireNonNull(tasks.get("changed")).getUpload().getSize());
        assertEquals(
                "moved",
                Objects.requireNonNull(tasks.get("there")).getUpload().getCopyFrom().getKey());
        assertEquals(
                "etag of moved",
                Objects.requireNonNull(tasks.get("there")).getUpload().getCopyFrom().getEtag());
        assertEquals(
                "etag of removed",
                Objects.requireNonNull(tasks.get("removed")).getRemoveObject().getExpectedEtag());
    }

    /** A transaction is bounded, also where a page is of the deepest paths. */
    @Test
    void deepPathsAreTakenInSeveralTransactions() {
        for (int i = 0; i < 40; i++) {
            bucket.put("%02d/".formatted(i) + "d/".repeat(400) + "f", 1);
        }
        rig.metadata.imports().start(rig.ws, 0, 0);
        assertTrue(bucket.finish("w1") >= 40 * 401 / 2_500);
        assertEquals(40, bucket.last().files());
        assertEquals(40 * 401, bucket.last().directories());
        assertEquals(0, bucket.last().present());
    }

    private static Map<String, String> skips(ImportView view) {
        return view.skips().stream()
                .collect(Collectors.toMap(ImportView.Skip::key, ImportView.Skip::reason));
    }

    private Map<String, Attributes> tree() {
        return rig.list(Rig.ROOT).stream()
                .collect(
                        Collectors.toMap(
                                entry -> entry.getName().toStringUtf8(),
                                entry -> rig.attributes(entry.getIno())));
    }

    private Attributes attributes(String... path) {
        long at = Rig.ROOT;
        for (String name : path) {
            var reply = rig.lookup(at, name);
            assertEquals(FailureKind.FAILURE_NONE, reply.getFailure(), name);
            at = reply.getAttributes().getIno();
        }
        return rig.attributes(at);
    }

    private static Claims claims(OpenReply open) throws InvalidProtocolBufferException {
        var token = open.getGrant().getToken();
        return Claims.parseFrom(token.substring(0, token.size() - SIGNATURE_BYTES));
    }
}
