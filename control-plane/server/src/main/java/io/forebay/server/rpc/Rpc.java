package io.forebay.server.rpc;

import static io.forebay.server.rpc.Rpc.Place.EVENT_LOOP;
import static io.forebay.server.rpc.Rpc.Place.VIRTUAL_THREAD;

/**
 * Every call, and where it runs. The short ones of a mount run where they arrive: a thread hop
 * would cost as much as the call. What may wait (for the disk, for work) or takes long must not
 * hold up the event loop.
 */
enum Rpc {
    ATTACH("Attach", VIRTUAL_THREAD),
    RENEW("Renew", EVENT_LOOP),
    DETACH("Detach", VIRTUAL_THREAD),
    LOOKUP("Lookup", EVENT_LOOP),
    GET_ATTRIBUTES("GetAttributes", EVENT_LOOP),
    SET_ATTRIBUTES("SetAttributes", EVENT_LOOP),
    CREATE("Create", EVENT_LOOP),
    MAKE_NODE("MakeNode", EVENT_LOOP),
    LINK("Link", EVENT_LOOP),
    GET_XATTR("GetXattr", EVENT_LOOP),
    SET_XATTR("SetXattr", EVENT_LOOP),
    REMOVE_XATTR("RemoveXattr", EVENT_LOOP),
    LIST_XATTRS("ListXattrs", EVENT_LOOP),
    READ_LINK("ReadLink", EVENT_LOOP),
    REMOVE("Remove", EVENT_LOOP),
    RENAME("Rename", EVENT_LOOP),
    READ_DIRECTORY("ReadDirectory", VIRTUAL_THREAD),
    FILE_SYSTEM_STATUS("FileSystemStatus", EVENT_LOOP),
    OPEN("Open", EVENT_LOOP),
    COMMIT("Commit", EVENT_LOOP),
    /** A commit that survives a power loss waits for the disk. */
    COMMIT_DURABLE("Commit", VIRTUAL_THREAD),
    RELEASE("Release", EVENT_LOOP),
    SET_LOCK("SetLock", EVENT_LOOP),
    AWAIT_LOCK("AwaitLock", VIRTUAL_THREAD),
    GET_LOCK("GetLock", EVENT_LOOP),
    LIST_LOCKS("ListLocks", VIRTUAL_THREAD),
    SYNC("Sync", VIRTUAL_THREAD),
    AWAIT_STORED("AwaitStored", VIRTUAL_THREAD),

    REGISTER("Register", VIRTUAL_THREAD),
    HEARTBEAT("Heartbeat", VIRTUAL_THREAD),
    TAKE_TASKS("TakeTasks", VIRTUAL_THREAD),
    BEGIN_PUBLISH("BeginPublish", VIRTUAL_THREAD),
    FINISH_PUBLISH("FinishPublish", VIRTUAL_THREAD),
    END_TASKS("EndTasks", VIRTUAL_THREAD),
    DESCRIBE_STAGED("DescribeStaged", VIRTUAL_THREAD),
    BEGIN_EVICT("BeginEvict", VIRTUAL_THREAD),
    TAKE_SCAN("TakeScan", VIRTUAL_THREAD),
    COMPARE_OBJECTS("CompareObjects", VIRTUAL_THREAD),
    TELL_OBJECTS("TellObjects", VIRTUAL_THREAD);

    private final String method;
    private final Place place;

    Rpc(String method, Place place) {
        this.method = method;
        this.place = place;
    }

    String method() {
        return method;
    }

    Place place() {
        return place;
    }

    /** A kind of thread. */
    enum Place {
        EVENT_LOOP,
        VIRTUAL_THREAD
    }
}
