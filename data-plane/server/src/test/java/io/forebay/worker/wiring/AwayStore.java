package io.forebay.worker.wiring;

import io.forebay.persist.ObjectStore;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that does not answer the next downloads. */
final class AwayStore {
    private AwayStore() {}

    /**
     * @param away downloads that fail yet
     */
    static ObjectStore of(ObjectStore store, AtomicInteger away) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        AwayStore.class.getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("download")
                                    && away.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                                throw new ForebayException(
                                        FailureKind.FAILURE_UNAVAILABLE,
                                        "The object store does not answer.");
                            }
                            try {
                                return method.invoke(store, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
    }
}
