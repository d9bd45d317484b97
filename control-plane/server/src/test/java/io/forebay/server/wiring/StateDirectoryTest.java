package io.forebay.server.wiring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoryTest {
    @TempDir Path parent;

    @Test
    void theKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws Exception {
        StateDirectory state = StateDirectory.open(parent.resolve("a/state"));
        byte[] key = state.masterKey();
        assertEquals(32, key.length);
        assertArrayEquals(key, StateDirectory.open(state.path()).masterKey());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(state.path().resolve("grant.key"))));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(state.path())));
    }

    @Test
    void aCrashWhileTheKeyWasMadeDoesNotMatter() throws Exception {
        StateDirectory state = StateDirectory.open(parent);
        Files.write(parent.resolve("grant.key.new"), new byte[3]);
        assertEquals(32, state.masterKey().length);
    }

    @Test
    void aDamagedKeyIsRefused() throws Exception {
        StateDirectory state = StateDirectory.open(parent);
        Files.write(parent.resolve("grant.key"), new byte[31]);
        ForebayException refusal = assertThrows(ForebayException.class, state::masterKey);
        assertEquals(FailureKind.FAILURE_CORRUPT, refusal.kind());
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsRefused() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        ForebayException refusal =
                assertThrows(ForebayException.class, () -> StateDirectory.open(file));
        assertEquals(FailureKind.FAILURE_PERMISSION, refusal.kind());
        assertTrue(refusal.getMessage().contains("forebay.state.directory"));
    }
}
