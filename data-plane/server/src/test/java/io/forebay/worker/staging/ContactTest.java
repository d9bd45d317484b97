package io.forebay.worker.staging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ContactTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Contact contact = new Contact(clock());

    private InstantSource clock() {
        return () -> Instant.ofEpochMilli(now.get());
    }

    @Test
    void itIsLostWithTheTimeThatOthersTakeFilesAfter() {
        assertTrue(contact.isKept(), "nobody takes any");
        contact.heard(now.get());
        contact.lostAfter(30_000);
        now.addAndGet(29_999);
        assertTrue(contact.isKept());
        now.addAndGet(1);
        assertFalse(contact.isKept());
        contact.heard(now.get() - 30_000);
        assertFalse(contact.isKept(), "it counts from the question, not from the answer");
        contact.heard(now.get());
        assertTrue(contact.isKept());
    }

    @Test
    void opensWaitUntilItIsThereAgain() {
        contact.lostAfter(30_000);
        CountDownLatch opened = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    contact.await();
                    opened.countDown();
                });
        assertFalse(assertTimeoutPreemptively(Duration.ofSeconds(10), () -> within(opened, 50)));
        contact.heard(now.get());
        assertTrue(assertTimeoutPreemptively(Duration.ofSeconds(10), () -> within(opened, 9_000)));
    }

    private static boolean within(CountDownLatch latch, long millis) throws InterruptedException {
        return latch.await(millis, TimeUnit.MILLISECONDS);
    }
}
