package io.forebay.worker.wiring;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.Claims;
import io.forebay.proto.DropStagedTask;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.LocalCallAddress;
import io.forebay.proto.SettleTask;
import io.forebay.proto.StagedVerdict;
import io.forebay.schema.ForebayException;
import io.forebay.schema.local.LocalCallServer;
import io.forebay.transport.local.StagedFileClient;
import io.forebay.transport.posix.NativeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** From the start of a worker to its end. */
final class WorkerTest extends WorkerCase {
    @Test
    void aFileIsWrittenUploadedEvictedAndBroughtBack() throws Exception {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 7, "checkpoint");
            assertEquals("checkpoint", Files.readString(staged(7)));
            String etag = upload(7, "checkpoint".length());
            until(() -> count("forebay.flush.uploads") == 1);
            control.tasks.add(
                    task().setEvict(EvictTask.newBuilder().setIno(7).setGeneration(1)).build());
            until(() -> !Files.exists(staged(7)));
            assertEquals("checkpoint", read(client, source(7, etag, 10)));
            assertEquals(10, count("forebay.fetch.downloaded"));
            assertEquals("checkpoint", Files.readString(staged(7)));
            assertEquals("checkpoint", read(client, source(7, "gone", 10))); // it is here
        }
    }

    /** Invariant I2: what a process can still change is not uploaded. */
    @Test
    void aFileThatIsStillMappedForWritingWaits() throws Exception {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 7, "checkpoint");
            try (Arena mapping = Arena.ofShared()) {
                try (FileChannel channel = FileChannel.open(staged(7), READ, WRITE)) {
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, 10, mapping);
                }
                control.tasks.add(uploadTask(7, 10));
                assertTrue(
                        next(control.ended)
                                .getFailedUpload()
                                .getMessage()
                                .contains("mapped or open for writing"));
            }
            upload(7, 10);
        }
    }

    @Test
    void tokensAreChecked() {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            byte[] token = FakeControlPlane.token(claims(7).setCreate(true));
            token[token.length - 1] ^= 1;
            assertFails(FailureKind.FAILURE_PERMISSION, client, token);
            assertFalse(Files.exists(staged(7)));
        }
    }

    @Test
    void readersCannotWriteAndTruncationCuts() throws IOException {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 7, "long content");
            try (NativeFile file = client.open(FakeControlPlane.token(claims(7)));
                    Arena arena = Arena.ofConfined()) {
                assertThrows(RuntimeException.class, () -> file.pwrite(arena.allocate(1), 0));
            }
            Claims.Builder truncating = claims(7).setWrite(true).setTruncate(true);
            client.open(FakeControlPlane.token(truncating)).close();
            assertEquals(0, Files.size(staged(7)));
        }
    }

    /** Bytes that should be here and are not are an error, never an empty file. */
    @Test
    void missingBytesAreAnError() throws IOException {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            byte[] missing = FakeControlPlane.token(claims(7).setSize(10));
            assertFails(FailureKind.FAILURE_UNAVAILABLE, client, missing);
            assertFalse(Files.exists(staged(7)));
            byte[] changed = FakeControlPlane.token(source(7, "no such object", 10));
            assertFails(FailureKind.FAILURE_NOT_FOUND, client, changed);
            assertFalse(Files.exists(staged(7)));
            client.open(FakeControlPlane.token(claims(8).setSize(0))).close();
            assertEquals(0, Files.size(staged(8)));
        }
    }

    @Test
    void whatIsOnTheDiskIsSortedOutBeforeOpens() throws IOException {
        for (long ino = 1; ino <= 3; ino++) {
            Files.createDirectories(Objects.requireNonNull(staged(ino).getParent()));
            Files.writeString(staged(ino), "bytes");
        }
        Files.writeString(temporary.resolve("staging/format"), "forebay-staging 1\n");
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
        Files.writeString(temporary.resolve("staging/boot"), boot);
        verdict(1, StagedVerdict.Need.NEED_NONE);
        verdict(2, StagedVerdict.Need.NEED_CLEAN);
        verdict(3, StagedVerdict.Need.NEED_DIRTY);
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            assertEquals("bytes", read(client, claims(3).setSize(5)));
            assertFalse(Files.exists(staged(1)));
            assertTrue(Files.exists(staged(2)));
        }
    }

    /** After a power loss clean files may lack bytes: they go, dirty ones stay (I5). */
    @Test
    void afterARebootCleanFilesAreDropped() throws IOException {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 2, "clean");
            write(client, 3, "dirty");
        }
        Files.writeString(temporary.resolve("staging/boot"), "another boot\n");
        verdict(2, StagedVerdict.Need.NEED_CLEAN);
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            assertEquals("dirty", read(client, claims(3).setSize(5)));
            assertFalse(Files.exists(staged(2)));
            assertEquals(Map.of(2L, 5L, 3L, 5L), control.remains);
        }
    }

    /** Under pressure clean files go, and never a dirty one (I5). */
    @Test
    void pressureEvictsWhatIsCleanOnly() throws Exception {
        control.evictable.set(intent -> intent.getIno() != 1);
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            String fifth = "x".repeat((int) CAPACITY / 5);
            for (long ino = 1; ino <= 4; ino++) {
                write(client, ino, fifth);
            }
            for (long ino = 1; ino <= 3; ino++) {
                upload(ino, fifth.length());
            }
            until(() -> count("forebay.flush.uploads") == 3);
            write(client, 5, fifth); // above the high-water mark
            until(() -> !Files.exists(staged(2)) && !Files.exists(staged(3)));
            assertTrue(Files.exists(staged(1)), "refused");
            assertTrue(Files.exists(staged(4)), "dirty");
            assertTrue(Files.exists(staged(5)), "dirty");
        }
    }

    @Test
    void tasksWithoutAnUploadAreDone() throws Exception {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 7, "bytes");
            control.tasks.add(
                    task().setSettle(SettleTask.newBuilder().setIno(7).setGeneration(1)).build());
            EndedTask settled = next(control.ended);
            assertTrue(settled.getSettled().getPresent());
            assertEquals(5, settled.getSettled().getSize());
            assertTrue(settled.getSettled().getBlocks() > 0);
            control.tasks.add(task().setDropStaged(DropStagedTask.newBuilder().setIno(7)).build());
            assertEquals(7, next(control.ended).getDroppedIno());
            assertFalse(Files.exists(staged(7)));
        }
    }

    @Test
    void aForgottenWorkerRegistersAgain() {
        try (Worker worker = worker()) {
            until(worker::isReady);
            control.heartbeat.set(FailureKind.FAILURE_NOT_FOUND);
            until(() -> control.epoch.get() == 2);
            assertTrue(worker.isReady());
        }
    }

    @Test
    void callsGoByTheUnixSocketAsLongAsItIsThere() throws Exception {
        byte[] token = "token".getBytes(StandardCharsets.US_ASCII);
        Path socket = temporary.resolve("control.sock");
        control.local.set(
                LocalCallAddress.newBuilder()
                        .setSocketPath(socket.toString())
                        .setToken(ByteString.copyFrom(token))
                        .build());
        FakeControlPlane byGrpc = control;
        FakeControlPlane near = new FakeControlPlane(0);
        try (Worker worker = worker();
                StagedFileClient client = client()) {
            try (LocalCallServer _ =
                    LocalCallServer.start(socket, token, List.of(near.bindService()))) {
                until(worker::isReady);
                write(client, 7, "checkpoint");
                near.tasks.add(uploadTask(7, "checkpoint".length()));
                assertTrue(next(near.outcomes).hasPublished());
                next(near.heartbeats);
            }
            write(client, 8, "checkpoint");
            byGrpc.heartbeats.clear();
            byGrpc.tasks.add(uploadTask(8, "checkpoint".length()));
            assertTrue(next(byGrpc.outcomes).hasPublished());
            next(byGrpc.heartbeats);
        }
    }

    @Test
    void aFencedWorkerStops() throws InterruptedException {
        try (Worker worker = worker()) {
            until(worker::isReady);
            control.heartbeat.set(FailureKind.FAILURE_STALE);
            assertTrue(fencedWorker.await(30, TimeUnit.SECONDS));
            assertTrue(worker.isFenced());
            assertFalse(worker.isReady());
        }
    }

    @Test
    void opensWaitForAControlPlaneThatComesLater() throws IOException {
        control.close();
        try (Worker worker = worker();
                StagedFileClient client = client()) {
            assertFalse(worker.isReady());
            control = new FakeControlPlane(port).start();
            write(client, 7, "bytes");
            assertTrue(worker.isReady());
        }
    }

    @Test
    void aSecondWorkerOnTheSameDiskIsRefused() {
        try (Worker _ = worker()) {
            ForebayException e = assertThrows(ForebayException.class, () -> worker().close());
            assertEquals(FailureKind.FAILURE_BUSY, e.kind());
        }
    }

    @Test
    void heartbeatsSayWhatIsUsed() throws Exception {
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            write(client, 7, "x".repeat(100_000));
            until(() -> next(control.heartbeats).getUsedBytes() >= 100_000);
            assertTrue(next(control.heartbeats).getFreeBytes() <= CAPACITY - 100_000);
        }
    }
}
