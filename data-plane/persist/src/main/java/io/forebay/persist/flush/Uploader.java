package io.forebay.persist.flush;

import io.forebay.persist.Condition;
import io.forebay.persist.CopySource;
import io.forebay.persist.Crc32c;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.PartPlan;
import io.forebay.persist.Slice;
import io.forebay.persist.StoredObject;
import io.forebay.persist.UploadedPart;
import io.forebay.persist.WriteResult;
import io.forebay.persist.bucket.Scratch;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ObjectSource;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Brings a file's bytes to the bucket: in one put, in parts, or by a copy that the store makes.
 *
 * <p>What is published is what was there when the checksums were computed: the store checks them,
 * and the staged file's stamp is compared after the last one.
 */
final class Uploader {
    private static final System.Logger LOG = System.getLogger(Uploader.class.getName());
    private static final Path NOTHING = Path.of("/dev/null");

    private final StagedBytes staged;
    private final ObjectStore store;
    private final PartSender parts;
    private final Publication publication;
    private final OpenUploads uploads;

    Uploader(
            StagedBytes staged,
            ObjectStore store,
            PartSender parts,
            Publication publication,
            OpenUploads uploads) {
        this.staged = staged;
        this.store = store;
        this.parts = parts;
        this.publication = publication;
        this.uploads = uploads;
    }

    /** How it ended, and the multipart upload that made the object or can be gone on with. */
    record Result(UploadEnd end, Optional<MultipartUpload> open, long sentBytes) {}

    Result upload(Upload upload) {
        Attempt attempt = new Attempt(upload);
        UploadEnd end;
        try {
            uploads.abort(upload, upload.work().getAbortUploadsList());
            end =
                    upload.work().hasContent()
                            ? attempt.sendContent()
                            : upload.work().hasCopyFrom() ? attempt.copyOrSend() : attempt.send();
        } catch (ForebayException e) {
            end = new UploadEnd.Failed(e.getMessage());
        } catch (IOException e) {
            end = new UploadEnd.Failed("The staged file cannot be read: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "an upload failed by a bug", e);
            end = new UploadEnd.Failed("A bug: " + e);
        }
        return attempt.result(end);
    }

    /** One try of one upload. */
    private final class Attempt {
        private final Upload upload;
        private final PartPlan plan;
        private final Map<Integer, UploadedPart> held = new HashMap<>(); // not changed by senders
        private Optional<MultipartUpload> open = Optional.empty();
        private final Instant started = uploads.now();
        private boolean begun;
        private boolean completed;
        private long sentBytes; // guarded by this

        private Attempt(Upload upload) {
            this.upload = upload;
            this.plan = PartPlan.of(upload.work().getSize());
        }

        private Result result(UploadEnd end) {
            boolean needless =
                    switch (end) {
                        case UploadEnd.Conflict _ -> true;
                        case UploadEnd.Stale _ -> true;
                        case UploadEnd.Published _ -> !completed; // an earlier try made it
                        case UploadEnd.WriteFailed _ -> false;
                        case UploadEnd.Failed _ -> false;
                        case UploadEnd.Changed _ -> false;
                        case UploadEnd.Paused _ -> false;
                    };
            if (needless) {
                abort();
            } else if (!begun) {
                uploads.unbegun(upload);
            }
            synchronized (this) {
                return new Result(end, open, sentBytes);
            }
        }

        private void abort() {
            open.ifPresent(gone -> uploads.abort(upload, List.of(gone.id())));
            open = Optional.empty();
        }

        private UploadEnd send() throws IOException {
            long workspace = upload.task().getWorkspaceId();
            long ino = upload.work().getIno();
            Optional<StagedFile> found =
                    upload.ofOpenFile()
                            ? staged.openWritten(workspace, ino)
                            : staged.open(workspace, ino);
            if (found.isEmpty()) {
                return new UploadEnd.Failed(
                        "This worker does not have the file's bytes; is its staging directory"
                                + " the one of before?");
            }
            try (StagedFile file = found.get()) {
                StagedFile.Stamp stamp = file.stamp();
                if (!upload.isOf(stamp)) {
                    return new UploadEnd.Changed();
                }
                if (stamp.size() != plan.size()) {
                    return new UploadEnd.Failed(
                            "The staged file has another size than was closed; tried again.");
                }
                return isWhole() ? sendWhole(file, stamp) : sendParts(file, stamp);
            }
        }

        /** Of what has no staged file. */
        private UploadEnd sendContent() throws IOException {
            byte[] content = upload.work().getContent().toByteArray();
            try (FileChannel scratch = Scratch.of(content)) {
                Slice whole = new Slice(scratch, 0, content.length, Crc32c.of(content));
                return put(whole);
            }
        }

        /** Every second try is of the other form, whose etag nothing else can mean. */
        private boolean isWhole() {
            boolean otherForm = upload.task().getAttempt() % 2 == 1;
            return plan.size() == 0 || (plan.size() <= Limits.PART_BYTES_MIN && !otherForm);
        }

        private UploadEnd sendWhole(StagedFile file, StagedFile.Stamp stamp) throws IOException {
            int crc = Crc32c.of(file.channel(), 0, plan.size());
            if (!file.stamp().equals(stamp)) {
                return new UploadEnd.Changed();
            }
            Slice whole = new Slice(file.channel(), 0, plan.size(), crc);
            return put(whole);
        }

        private UploadEnd put(Slice whole) {
            Map<String, String> metadata = upload.metadata();
            count(whole.length());
            return publication.publish(
                    upload,
                    "",
                    write(
                            on -> store.put(upload.target(), whole, metadata, on),
                            () -> HeldPart.md5(whole)));
        }

        private UploadEnd sendParts(StagedFile file, StagedFile.Stamp stamp) {
            Optional<UploadEnd> there = resume();
            if (there.isPresent()) {
                return there.get();
            }
            MultipartUpload target = begin();
            Optional<List<UploadedPart>> sent =
                    parts.sendAll(plan, number -> sendPart(file, target, number));
            if (sent.isEmpty()) {
                return new UploadEnd.Paused();
            }
            if (!file.stamp().equals(stamp)) {
                return new UploadEnd.Changed();
            }
            return complete(target, sent.get());
        }

        /** Goes on with an earlier try's upload if it is there; answers if it was completed. */
        private Optional<UploadEnd> resume() {
            String id = upload.work().getUploadId();
            if (id.isEmpty()) {
                return Optional.empty();
            }
            MultipartUpload earlier = new MultipartUpload(upload.target(), id);
            store.listParts(earlier).forEach(part -> held.put(part.number(), part));
            if (!held.isEmpty()) {
                open = Optional.of(earlier);
                return Optional.empty();
            }
            uploads.abort(upload, List.of(id)); // without parts it is of no use
            return store.head(upload.target())
                    .filter(there -> upload.isOurs(there.metadata()))
                    .filter(there -> there.size() == plan.size())
                    .map(this::acknowledge);
        }

        /** The object is there already, and only the control plane has to hear of it. */
        private UploadEnd acknowledge(StoredObject there) {
            return publication.publish(
                    upload,
                    "",
                    write(
                            on -> new WriteResult.Written(there.etag(), there.checksum()),
                            () -> "")); // it is not made now
        }

        private MultipartUpload begin() {
            if (open.isEmpty()) {
                begun = true;
                open = Optional.of(uploads.begin(upload, started));
                uploads.tell(upload, open.get());
            }
            return open.get();
        }

        private UploadedPart sendPart(StagedFile file, MultipartUpload target, int number) {
            long offset = plan.offset(number);
            long length = plan.length(number);
            int crc = checksum(file, offset, length);
            UploadedPart there = held.get(number);
            Slice slice = new Slice(file.channel(), offset, length, crc);
            if (there != null && HeldPart.has(there, slice)) {
                return new UploadedPart(number, there.etag(), length, OptionalInt.of(crc));
            }
            UploadedPart sent = store.uploadPart(target, number, slice);
            count(length);
            return sent;
        }

        private synchronized void count(long bytes) {
            sentBytes += bytes;
        }

        private UploadEnd complete(MultipartUpload target, List<UploadedPart> sent) {
            return publication.publish(
                    upload,
                    target.id(),
                    write(on -> completing(target, sent, on), () -> HeldPart.etagOf(sent)));
        }

        private WriteResult completing(
                MultipartUpload target, List<UploadedPart> sent, Condition condition) {
            WriteResult result = store.complete(target, sent, condition);
            completed = result instanceof WriteResult.Written;
            return result;
        }

        /** Sends the staged bytes when the object to copy is gone. */
        private UploadEnd copyOrSend() throws IOException {
            try {
                return plan.size() == 0 ? copyEmpty() : copy();
            } catch (ForebayException e) {
                if (e.kind() != FailureKind.FAILURE_NOT_FOUND) {
                    throw e;
                }
                abort();
                return send();
            }
        }

        private UploadEnd copy() {
            Optional<UploadEnd> there = resume();
            if (there.isPresent()) {
                return there.get();
            }
            MultipartUpload target = begin();
            ObjectSource source = upload.work().getCopyFrom();
            Optional<List<UploadedPart>> copied =
                    parts.sendAll(
                            PartPlan.forCopy(plan.size()),
                            number -> copyPart(target, source, number));
            return copied.map(all -> complete(target, all)).orElseGet(UploadEnd.Paused::new);
        }

        private UploadedPart copyPart(MultipartUpload target, ObjectSource source, int number) {
            PartPlan cut = PartPlan.forCopy(plan.size());
            CopySource range =
                    new CopySource(
                            upload.copySource(),
                            source.getEtag(),
                            cut.offset(number),
                            cut.length(number));
            return store.copyPart(target, number, range)
                    .orElseThrow(() ->
                            new ForebayException(
                                    FailureKind.FAILURE_NOT_FOUND,
                                    "The object to copy is not there any more;" + " tried again."));
        }

        /** An upload needs a part, and there is no empty range to copy. */
        private UploadEnd copyEmpty() {
            return publication.publish(
                    upload, "", write(this::putEmpty, () -> HeldPart.MD5_OF_NOTHING));
        }

        private WriteResult putEmpty(Condition condition) {
            try (FileChannel nothing = FileChannel.open(NOTHING)) {
                Slice empty = new Slice(nothing, 0, 0, 0);
                return store.put(upload.target(), empty, upload.metadata(), condition);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Publication.Write write(
            Function<Condition, WriteResult> write, Supplier<String> etag) {
        return new Publication.Write() {
            @Override
            public WriteResult on(Condition condition) {
                return write.apply(condition);
            }

            @Override
            public String etag() {
                return etag.get();
            }
        };
    }

    private static int checksum(StagedFile file, long offset, long length) {
        try {
            return Crc32c.of(file.channel(), offset, length);
        } catch (IOException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The staged file cannot be read.", e);
        }
    }
}
