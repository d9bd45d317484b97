package io.forebay.metadata.fsck.report;

import static io.forebay.metadata.fsck.report.Severity.ERROR;
import static io.forebay.metadata.fsck.report.Severity.NOTE;
import static io.forebay.metadata.fsck.report.Severity.WARNING;

/**
 * What can be wrong. {@code docs/FSCK.md} has them all, with what a repair does; the names are part
 * of the API.
 */
public enum FindingCode {
    ENTRY_WITHOUT_INODE(ERROR, "A name leads to nothing: --repair takes it away."),
    ENTRY_WITHOUT_DIRECTORY(
            ERROR, "A name is in a directory that is not there: --repair moves it to /lost+found."),
    ENTRY_TYPE(WARNING, "A name says another type than its inode: --repair corrects it."),
    NAME_NOT_INDEXED(ERROR, "An inode does not know one of its names: --repair tells it."),
    NAME_INDEX_DANGLING(
            WARNING, "An inode knows a name that is not its own: --repair takes that away."),
    OWN_NAME(WARNING, "An inode has not exactly one own name: --repair chooses one."),
    NLINK(WARNING, "An inode counts its names wrongly: --repair counts them."),
    UNREACHABLE(
            ERROR, "No name leads to the inode from the root: --repair puts it into /lost+found."),
    DIRECTORY_LOOP(ERROR, "Directories contain one another: import the workspace anew."),
    LINK_TARGET(
            ERROR,
            "A symbolic link has no target, or another length: make the link anew if it has"
                    + " none; --repair corrects the length."),
    LINK_DANGLING(WARNING, "A target belongs to no symbolic link: --repair takes it away."),
    XATTR_DANGLING(WARNING, "Extended attributes belong to no inode: --repair takes them away."),
    XATTR_SIZE(WARNING, "An inode sums its attributes wrongly: --repair sums them."),
    ORPHAN(WARNING, "A removed file that nobody has open was not dropped: --repair drops it."),
    HANDLE_OF_NOBODY(WARNING, "A file is open at a mount that is not there: --repair closes it."),
    COUNTER(WARNING, "The workspace counts wrongly: --repair counts."),
    NOT_QUEUED(ERROR, "Nobody was told to upload the file: --repair queues it."),
    OPEN_FOR_NOBODY(
            ERROR,
            "The file waits for a close of nobody: --repair asks its worker, and queues it."),
    COPY_NOT_PLANNED(ERROR, "Somebody waits for copies that nobody makes: --repair has them made."),
    TASK_WITHOUT_FILE(WARNING, "A task is about no file: --repair takes it away."),
    TASK_NOT_QUEUED(ERROR, "A task is in no queue: --repair queues it."),
    QUEUE_ENTRY_DANGLING(WARNING, "A queue has an entry of no task: --repair takes it away."),
    DIRTY_INDEX(
            ERROR,
            "The index of what is not in the bucket is wrong, so that a flush may not wait"
                    + " for the file: --repair corrects it."),
    COPIES_INDEX(
            ERROR,
            "The index of copies is wrong, so that a lost worker may not be replaced:"
                    + " --repair corrects it."),
    CLEAN_WITHOUT_OBJECT(
            ERROR,
            "The file counts as stored, and no object of it is known: --repair uploads it"
                    + " again if a worker has it; else write it again."),
    KEY_BEHIND(WARNING, "The object is under an old name, and nobody moves it: --repair does."),
    CONTENT_LOST(
            ERROR,
            "Neither a worker nor the bucket has the content: write the file again, or"
                    + " remove it."),
    CONFLICT(WARNING, "Somebody else changed the object: decide with `forebay resolve`."),
    STUCK(WARNING, "The upload cannot go on by itself: do what the detail says."),
    KEY_OF_NOBODY(
            WARNING, "An object is known that no file has: --repair has a worker look at it."),
    MARK_OF_NOBODY(
            WARNING, "A key was left in the midst of a change: --repair has a worker look at it."),
    OWNER_UNKNOWN(
            ERROR, "The file's worker was never registered: start it with its staging directory."),
    STAGED_MISSING(
            ERROR,
            "The worker does not have content that is nowhere else: bring its staging"
                    + " directory back, or write the file again."),
    STAGED_SIZE(
            ERROR,
            "The worker has other bytes than were closed, and they are nowhere else: look at"
                    + " the file, and write it again."),
    STAGED_CLEAN_MISSING(
            WARNING,
            "The worker does not have a copy that it should; the bucket has it: --repair"
                    + " notes that."),
    COPY_MISSING(WARNING, "A worker does not have its copy: --repair has another one made."),
    STAGED_UNKNOWN(
            WARNING,
            "A worker has a file that nothing needs: --repair drops it if its inode is gone"
                    + " or the bucket has it."),
    STAGED_NEWER(
            ERROR,
            "A worker has a file that this metadata never made: the metadata is older than"
                    + " the staging directory. The worker keeps it: restore newer metadata, or copy"
                    + " the bytes away."),
    OBJECT_MISSING(
            ERROR,
            "The object of a file is gone from the bucket: put it back, or decide with"
                    + " `forebay resolve` when the file shows CONFLICT."),
    OBJECT_CHANGED(
            ERROR,
            "The object of a file is another one than we put: it becomes the file, or the"
                    + " file shows CONFLICT; decide then."),
    OBJECT_CHECKSUM(
            ERROR,
            "The object has another checksum than we put under the same ETag: compare the"
                    + " store, and write the file again."),
    OBJECT_ORPHANED(
            WARNING,
            "An object of ours is of no file: `forebay workspace import` makes one of it; or"
                    + " delete it by hand."),
    OBJECT_FOREIGN(
            NOTE, "An object of others is no file: `forebay workspace import` makes one of it.");

    private final Severity severity;
    private final String advice;

    FindingCode(Severity severity, String advice) {
        this.severity = severity;
        this.advice = advice;
    }

    public Severity severity() {
        return severity;
    }

    /** What it means and what to do. */
    public String advice() {
        return advice;
    }
}
