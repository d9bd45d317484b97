package io.forebay.metadata.fsck.outside;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.TaskId;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectState;
import io.forebay.proto.WorkerRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata knows of one key at one moment.
 *
 * @param record of the key
 * @param user the file whose newest object it is; null: none
 * @param conflict a file at the key's path is in conflict with what others put there
 * @param leaving a worker was told to look at the key
 */
record KeyObject(KeyRecord record, @Nullable InodeRecord user, boolean conflict, boolean leaving) {

    /** What is wrong with an object. */
    record Verdict(FindingCode code, String detail) {}

    static KeyRecord parse(byte[] value) {
        return Records.parse(value, KeyRecord.parser());
    }

    static KeyObject read(ReadTransaction tx, long ws, String key) {
        KeyRecord found = Records.find(tx, Keys.object(ws, key), KeyRecord.parser());
        KeyRecord record = found == null ? KeyRecord.getDefaultInstance() : found;
        InodeRecord owner = record.getIno() == 0 ? null : Inode.read(tx, ws, record.getIno());
        boolean used =
                owner != null
                        && owner.getObject().getKey().equals(key)
                        && owner.getObject().getEtag().equals(record.getEtag())
                        && owner.getObject().getGeneration() == record.getGeneration();
        boolean leaving = false;
        for (WorkerRecord worker : Registry.workers(tx)) {
            byte[] task = Keys.task(ws, worker.getId(), TaskId.removal(key));
            leaving |= tx.get(task) != null;
        }
        return new KeyObject(record, used ? owner : null, isInConflict(tx, ws, key), leaving);
    }

    private static boolean isInConflict(ReadTransaction tx, long ws, String key) {
        Long ino = ObjectKeys.isDetour(key) ? null : Names.resolve(tx, ws, ObjectKeys.path(key));
        InodeRecord file = ino == null ? null : Inode.read(tx, ws, ino);
        return file != null && file.getFlush().getConflict().getKey().equals(key);
    }

    /** Nobody is about to change the object, or may have. */
    private static boolean isQuiet(KeyRecord record) {
        return record.getIntent() == KeyRecord.Intent.INTENT_UNSPECIFIED
                && record.getUnknownPutsCount() == 0;
    }

    /** Whether what was listed is what is known, as far as a listing says. */
    static boolean isSame(KeyRecord record, @Nullable ObjectState object) {
        if (!isQuiet(record)) {
            return true; // left to what is under way
        }
        return object == null
                ? record.getEtag().isEmpty()
                : object.getEtag().equals(record.getEtag()) && object.getSize() == record.getSize();
    }

    long ino() {
        return record.getIno();
    }

    /** What is wrong with what is there, or nothing. */
    Optional<Verdict> judge(ObjectState object) {
        if (!isQuiet(record) || leaving || conflict) {
            return Optional.empty();
        }
        if (record.getEtag().isEmpty()) {
            return object.getThere() ? Optional.of(unknown(object)) : Optional.empty();
        }
        if (user == null) {
            return Optional.empty(); // that nobody has it is found in the metadata
        }
        String known = "it was " + record.getEtag() + " of " + record.getSize() + " bytes";
        if (!object.getThere()) {
            return Optional.of(new Verdict(FindingCode.OBJECT_MISSING, known));
        }
        String now = ", and is " + object.getEtag() + " of " + object.getSize();
        if (!isSame(record, object)) {
            return Optional.of(new Verdict(FindingCode.OBJECT_CHANGED, known + now));
        }
        String checksum = user.getObject().getChecksum();
        boolean compared = !checksum.isEmpty() && !object.getChecksum().isEmpty();
        return compared && !checksum.equals(object.getChecksum())
                ? Optional.of(
                        new Verdict(
                                FindingCode.OBJECT_CHECKSUM,
                                "it was " + checksum + ", and is " + object.getChecksum()))
                : Optional.empty();
    }

    private static Verdict unknown(ObjectState object) {
        String what = object.getSize() + " bytes, " + object.getEtag();
        return object.getIno() == 0
                ? new Verdict(FindingCode.OBJECT_FOREIGN, what)
                : new Verdict(
                        FindingCode.OBJECT_ORPHANED, what + ", of the inode " + object.getIno());
    }
}
