package io.forebay.metadata.imports;

import io.forebay.metadata.Rig;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FoundObject;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.proto.Task;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A bucket's objects, and a worker that lists them as far as it is let. */
final class Lister {
    final NavigableMap<String, FoundObject> objects =
            new TreeMap<>(
                    Comparator.comparing(
                            key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    private final Rig rig;

    /** How many objects a store lists at most, whatever is asked for. */
    int pageMax = 1000;

    Lister(Rig rig) {
        this.rig = rig;
    }

    FoundObject.Builder object(String key, long size) {
        return FoundObject.newBuilder()
                .setKey(key)
                .setEtag("etag of " + key)
                .setSize(size)
                .setModifiedNanos(5_000_000_000L);
    }

    void put(String key, long size) {
        put(object(key, size));
    }

    void put(FoundObject.Builder object) {
        objects.put(object.getKey(), object.build());
    }

    /** The import task of the worker, if it has one. */
    Optional<ImportTask> taken(String worker) {
        return rig.take(worker).stream().filter(Task::hasImport).map(Task::getImport).findFirst();
    }

    ImportedPage.Builder page(ImportTask task) {
        List<FoundObject> behind =
                List.copyOf(
                        task.getAfter().isEmpty()
                                ? objects.values()
                                : objects.tailMap(task.getAfter(), false).values());
        int length = Math.min(Math.min(task.getLimit(), pageMax), behind.size());
        List<FoundObject> listed = behind.subList(0, length);
        return ImportedPage.newBuilder()
                .setAfter(task.getAfter())
                .addAllObjects(listed)
                .setLast(listed.isEmpty() ? task.getAfter() : listed.getLast().getKey())
                .setEnd(length == behind.size());
    }

    void end(String worker, ImportedPage.Builder page) {
        rig.end(worker, EndedTask.newBuilder().setWorkspaceId(rig.ws).setImported(page).build());
    }

    void fails(String worker, ImportTask task, FailureKind failure) {
        end(
                worker,
                ImportedPage.newBuilder()
                        .setAfter(task.getAfter())
                        .setFailure(failure)
                        .setMessage("said " + failure));
    }

    /** A whole import, and its pages. */
    ImportView run() {
        rig.metadata.imports().start(rig.ws, 70, 80);
        finish("w1");
        return last();
    }

    /** How many pages it took. */
    int finish(String worker) {
        int pages = 0;
        for (Optional<ImportTask> task = taken(worker); task.isPresent(); task = taken(worker)) {
            end(worker, page(task.get()));
            pages++;
        }
        return pages;
    }

    ImportView last() {
        return rig.metadata.imports().find(rig.ws).orElseThrow();
    }
}
