package io.forebay.metadata.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.metadata.Seeds;
import io.forebay.metadata.admin.Usage;
import io.forebay.metadata.fs.ReferenceTree.Flags;
import io.forebay.metadata.fs.ReferenceTree.Kind;
import io.forebay.metadata.fs.ReferenceTree.Node;
import io.forebay.metadata.fsck.Healthy;
import io.forebay.proto.Attributes;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SetXattrRequest.Condition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random operations on the namespace, against a naive tree, compared after each. */
class RandomTreeTest {
    private static final int STEPS = 250;
    private static final List<Flags> FLAGS = List.of(Flags.values());
    private static final String[] NAMES = {"a", "b", "c", "d", "\u00e9", "with space", "%41"};

    @Test
    void everyOperationDoesWhatTheNaiveTreeDoes() {
        long first = Seeds.first(7_000);
        for (long seed = first; seed < first + Seeds.count(20); seed++) {
            try {
                new Run(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dforebay.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final Rig rig = new Rig();
        private final ReferenceTree tree = new ReferenceTree();
        private final long mount = rig.attach("n1");

        Run(long seed) {
            random = new Random(seed);
            tree.root.ino = Rig.ROOT;
            tree.root.mode = 01777;
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                rig.clock.advance(1);
                if (i % 50 == 0) {
                    rig.heartbeat("w1");
                }
                step();
                compare(tree.root);
                counters();
                if (i % 10 == 0) {
                    Healthy.assertMetadata(rig);
                }
            }
        }

        private void step() {
            Node at = directory();
            String name = NAMES[random.nextInt(NAMES.length)];
            switch (random.nextInt(14)) {
                case 0, 1 -> file(at, name);
                case 2, 3 -> node(at, name, Kind.DIRECTORY);
                case 4 -> node(at, name, Kind.LINK);
                case 5 -> remove(at, name);
                case 6 -> attributes(at, name);
                case 7 -> node(at, name, Kind.FIFO);
                case 8, 9 -> link(at, name);
                case 10 -> xattr(at, name);
                default -> rename(at, name);
            }
        }

        private void file(Node at, String name) {
            Node node = new Node(Kind.FILE, at);
            OpenReply reply = rig.create(mount, at.ino, name);
            assertEquals(tree.make(at, name, node), reply.getFailure());
            node.ino = reply.getAttributes().getIno();
            node.mode = 0644;
            if (reply.getFailure() == FailureKind.FAILURE_NONE) {
                node.size = random.nextInt(5);
                rig.commit(mount, node.ino, node.size, rig.clock.nanos());
                rig.release(mount, node.ino, reply.getOpenSequence());
            }
        }

        private void node(Node at, String name, Kind type) {
            Node node = new Node(type, at);
            node.target = type == Kind.LINK ? "to/" + random.nextInt(100) : "";
            node.size = node.target.length();
            node.mode = type == Kind.LINK ? 0777 : 0755;
            NodeReply reply = rig.make(mount, at.ino, name, made(type), node.target);
            assertEquals(tree.make(at, name, node), reply.getFailure());
            node.ino = reply.getAttributes().getIno();
        }

        private static NodeType made(Kind type) {
            return switch (type) {
                case DIRECTORY -> NodeType.NODE_TYPE_DIRECTORY;
                case LINK -> NodeType.NODE_TYPE_SYMLINK;
                case FIFO -> NodeType.NODE_TYPE_FIFO;
                case FILE -> NodeType.NODE_TYPE_FILE;
            };
        }

        private void link(Node at, String name) {
            Node node = at.children.get(name);
            if (node != null) {
                Node to = directory();
                String newName = NAMES[random.nextInt(NAMES.length)];
                NodeReply reply = rig.link(mount, node.ino, to.ino, newName);
                assertEquals(tree.link(node, to, newName), reply.getFailure());
                if (reply.getFailure() == FailureKind.FAILURE_NONE) {
                    assertEquals(rig.attributes(to.ino), reply.getParent());
                    assertEquals(rig.clock.nanos(), reply.getAttributes().getCtimeNanos());
                }
            }
        }

        private void xattr(Node at, String name) {
            Node node = at.children.get(name);
            if (node != null) {
                String key = "user." + random.nextInt(3);
                if (random.nextInt(3) == 0) {
                    FailureKind expected =
                            node.xattrs.remove(key) == null
                                    ? FailureKind.FAILURE_NO_XATTR
                                    : FailureKind.FAILURE_NONE;
                    assertEquals(expected, rig.removeXattr(mount, node.ino, key).getFailure());
                } else {
                    String value = "v" + random.nextInt(100);
                    node.xattrs.put(key, value);
                    rig.setXattr(mount, node.ino, key, value, Condition.CONDITION_NONE);
                }
            }
        }

        private void remove(Node at, String name) {
            boolean directory = random.nextBoolean();
            Node gone = at.children.get(name);
            NodeReply reply = rig.remove(mount, at.ino, name, directory);
            assertEquals(tree.remove(at, name, directory), reply.getFailure());
            if (gone != null && gone.names == 0) {
                assertTrue(rig.isLeaving(gone.ino));
            }
        }

        private void attributes(Node at, String name) {
            Node node = at.children.get(name);
            if (node != null && node.type != Kind.LINK) {
                node.mode = random.nextInt(01000);
                rig.metadata
                        .namespace()
                        .setAttributes(
                                SetAttributesRequest.newBuilder()
                                        .setCaller(rig.caller(mount))
                                        .setWorkspaceId(rig.ws)
                                        .setIno(node.ino)
                                        .setMode(node.mode)
                                        .build());
            }
        }

        private void rename(Node at, String name) {
            Node to = directory();
            String newName = NAMES[random.nextInt(NAMES.length)];
            Flags flags = FLAGS.get(random.nextInt(FLAGS.size()));
            RenameRequest request =
                    rig.renaming(mount, at.ino, name, to.ino, newName)
                            .setNoReplace(flags == Flags.NO_REPLACE)
                            .setExchange(flags == Flags.EXCHANGE)
                            .build();
            FailureKind failure = rig.metadata.namespace().rename(request).getFailure();
            assertEquals(tree.rename(at, name, to, newName, flags), failure, request.toString());
        }

        private void compare(Node directory) {
            List<DirectoryEntry> entries = rig.list(directory.ino);
            List<String> names = new ArrayList<>();
            entries.forEach(entry -> names.add(entry.getName().toStringUtf8()));
            assertEquals(
                    directory.children.keySet().stream().sorted().toList(),
                    names.stream().sorted().toList());
            Attributes own = rig.attributes(directory.ino);
            assertEquals(directory.links(), own.getNlink(), "links of " + directory.ino);
            assertEquals(directory.mode, own.getMode());
            for (DirectoryEntry entry : entries) {
                Node node = directory.children.get(entry.getName().toStringUtf8());
                if (node == null) {
                    throw new AssertionError("a name too much");
                }
                assertEquals(node.ino, entry.getIno());
                assertEquals(node.size, entry.getAttributes().getSize());
                assertEquals(node.mode, entry.getAttributes().getMode());
                assertEquals(node.links(), entry.getAttributes().getNlink());
                assertEquals(node.xattrs, rig.xattrs(node.ino));
                switch (node.type) {
                    case DIRECTORY -> compare(node);
                    case FIFO -> assertEquals(NodeType.NODE_TYPE_FIFO, entry.getType());
                    case LINK -> assertEquals(node.target, target(node.ino));
                    case FILE -> assertEquals(NodeType.NODE_TYPE_FILE, entry.getType());
                }
            }
        }

        private String target(long ino) {
            return rig.metadata
                    .namespace()
                    .readLink(
                            ReadLinkRequest.newBuilder().setWorkspaceId(rig.ws).setIno(ino).build())
                    .getTarget()
                    .toStringUtf8();
        }

        private void counters() {
            Usage usage = rig.metadata.workspaces().usage(rig.ws);
            Set<Node> all = all(tree.root, new HashSet<>());
            long stored = all.stream().filter(node -> !node.directory()).count();
            long bytes =
                    all.stream()
                            .filter(node -> node.type == Kind.FILE)
                            .mapToLong(node -> node.size)
                            .sum();
            assertEquals(all.size(), usage.inodes());
            assertEquals(bytes, usage.bytes());
            assertEquals(stored, usage.dirtyFiles());
            assertEquals(bytes, usage.dirtyBytes());
        }

        private static Set<Node> all(Node node, Set<Node> found) {
            found.add(node);
            node.children.values().forEach(child -> all(child, found));
            return found;
        }

        private Node directory() {
            List<Node> directories =
                    all(tree.root, new LinkedHashSet<>()).stream().filter(Node::directory).toList();
            return directories.get(random.nextInt(directories.size()));
        }
    }
}
